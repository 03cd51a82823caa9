import { Policy, ROLES } from '@app/access';
import { Directory } from '@app/directory';
import { isId } from '@app/kernel';
import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { assertDemoAllowed, signInAs, signOut } from '../access/demo-sign-in';
import { invalid } from '../http/problem';
import { renderPage, ROLE_LABELS } from './page';

@ApiExcludeController()
@Controller()
export class SignInController {
  constructor(private readonly directory: Directory) {}

  @Get('sign-in')
  @Policy('open')
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    assertDemoAllowed(request);
    const panels = new Map((await this.directory.panels()).map(({ panelId, name }) => [panelId, name]));
    const schools = new Map((await this.directory.schools()).map(({ urn, name }) => [urn, name]));
    const persons = (await this.directory.persons()).filter(({ demo }) => demo);
    const people = ROLES.map((role) => ({
      heading: capital(ROLE_LABELS[role] ?? role),
      people: persons
        .filter((person) => person.role === role)
        .map(({ personRef, name, panelIds, urns }) => ({
          personRef,
          name,
          reach: [...panelIds.map((id) => panels.get(id) ?? ''), ...urns.map((urn) => schools.get(urn) ?? urn)].join(
            ', ',
          ),
        })),
    })).filter((group) => group.people.length > 0);
    renderPage(request, response, 'sign-in', { title: 'Choose who to be', people });
  }

  @Post('sign-in')
  @Policy('open')
  async enter(@Req() request: Request, @Body() body: unknown, @Res() response: Response): Promise<void> {
    assertDemoAllowed(request);
    const { person: ref } = (body ?? {}) as { person?: unknown };
    const person = isId(ref) ? await this.directory.person(ref) : undefined;
    if (!person?.demo) throw invalid([{ field: 'person', remedy: 'Choose one of the people shown.' }]);
    await signInAs(request, person.personRef);
    response.redirect(303, '/');
  }

  @Post('sign-out')
  @Policy('open')
  async leave(@Req() request: Request, @Res() response: Response): Promise<void> {
    await signOut(request);
    response.redirect(303, '/sign-in');
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
