import { Policy } from '@app/access';
import { Directory } from '@app/directory';
import { Body, Controller, Delete, Get, HttpCode, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { assertDemoAllowed, signInAs, signOut } from '../access/demo-sign-in';
import { Ref } from '../http/fields';
import { invalid } from '../http/problem';

export class SignInRequest {
  @Ref({ says: 'A person of the demonstration' })
  person!: string;
}

@ApiTags('session')
@Controller('api/session')
export class SessionController {
  constructor(private readonly directory: Directory) {}

  @Post()
  @HttpCode(200)
  @Policy('open')
  @ApiOperation({ summary: 'Be a person of the demonstration; from this machine only, never in production' })
  async enter(@Req() request: Request, @Body() { person: ref }: SignInRequest): Promise<object> {
    assertDemoAllowed(request);
    const person = await this.directory.person(ref);
    if (!person?.demo) throw invalid([{ field: 'person', value: ref, remedy: 'Send a person of the demonstration.' }]);
    await signInAs(request, person.personRef);
    return { person: person.personRef, role: person.role };
  }

  @Get()
  @Policy('signedIn')
  @ApiOperation({ summary: 'Who is signed in' })
  show(@Req() { viewer }: Request): object {
    return { person: viewer?.ref, role: viewer?.role, panelIds: viewer?.panelIds, urns: viewer?.urns };
  }

  @Delete()
  @HttpCode(204)
  @Policy('signedIn')
  @ApiOperation({ summary: 'Sign out' })
  async leave(@Req() request: Request): Promise<void> {
    await signOut(request);
  }
}
