/** What every unsafe route of the API answers, for its description. */
import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';

export const Commanding = (summary: string, status: 200 | 201 = 200): MethodDecorator =>
  applyDecorators(
    HttpCode(status),
    ApiOperation({ summary }),
    ApiHeader({ name: 'Idempotency-Key', required: true, description: 'A random key, new with each new request.' }),
    ApiHeader({ name: 'If-Match', required: false, description: 'The ETag that was read, such as "r3".' }),
    ApiResponse({ status, description: 'Recorded, or recorded before. The ETag is the new revision.' }),
    ApiResponse({ status: 412, description: 'Somebody has changed it since the revision of If-Match.' }),
    ApiResponse({ status: 422, description: 'Refused, with every reason; or the key belongs to another request.' }),
    ApiResponse({ status: 428, description: 'Idempotency-Key is missing.' }),
  );
