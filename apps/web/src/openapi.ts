/** The description of the API, from the controllers themselves; docs/openapi.json is this document, and a spec says so. */
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request, Response } from 'express';
import { sorted } from './http/plain';

export function openApiOf(app: INestApplication): OpenAPIObject {
  const document = SwaggerModule.createDocument(
    app,
    new DocumentBuilder()
      .setTitle('Evenhand')
      .setDescription(
        'Cases, panels, meetings, decisions and moves. Every unsafe request needs an Idempotency-Key; If-Match names a known ' +
          'revision; what is refused is a problem document (RFC 9457) with a stable code. Sign in with POST /api/session.',
      )
      .setVersion('1')
      .addCookieAuth('evenhand')
      .build(),
    { operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}` },
  );
  return sorted(document) as OpenAPIObject;
}

export function serveOpenApi(app: NestExpressApplication): void {
  let document: OpenAPIObject | undefined;
  app
    .getHttpAdapter()
    .getInstance()
    .get('/api/openapi.json', (_request: Request, response: Response) => {
      response.json((document ??= openApiOf(app)));
    });
}
