/** Before every route: who asks, whether the role has the action at all, and whether it reaches what the address names. */
import {
  type Action,
  CASE_ACTIONS,
  decide,
  mayEver,
  PANEL_ACTIONS,
  POLICY,
  type Resource,
  type RoutePolicy,
  type Verdict,
} from '@app/access';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { notFound, notPermitted } from '../http/problem';
import { type CaseResource, Resources } from './resources';
import { SignInNeeded } from './sign-in-needed';
import { Viewers } from './viewers';

declare module 'express-serve-static-core' {
  interface Request {
    /** The case that the address names, and why the viewer may. */
    theCase?: CaseResource;
    verdict?: Extract<Verdict, { allow: true }>;
  }
}

@Injectable()
export class PolicyGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly viewers: Viewers,
    private readonly resources: Resources,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const policy = this.reflector.get<RoutePolicy | undefined>(POLICY, context.getHandler());
    if (policy === undefined) throw notPermitted();
    if (policy === 'open') return true;
    const request = context.switchToHttp().getRequest<Request>();
    const viewer = await this.viewers.recognise(request);
    if (!viewer) throw new SignInNeeded();
    if (policy === 'signedIn') return true;
    if (!mayEver(viewer, policy)) throw notPermitted();

    const named = await this.resources.of(request.params);
    if (named === 'missing') throw notFound();
    for (const resource of named) {
      const verdict = decide(viewer, resource, actionOn(resource, policy));
      // Whether it exists is itself something to know: what is hidden answers like what is not there.
      if (!verdict.allow) throw mayRead(resource, request) ? notPermitted() : notFound();
      if (resource.kind === 'case') {
        request.theCase = resource as CaseResource;
        request.verdict = verdict;
      }
    }
    return true;
  }
}

/** In an address that names both, the case is asked for the action and the meeting or panel for reading it. */
function actionOn(resource: Resource, action: Action): Action {
  const isCaseAction = (CASE_ACTIONS as readonly string[]).includes(action);
  if (resource.kind === 'panel' && isCaseAction) return 'meeting.read';
  const isPanelAction = (PANEL_ACTIONS as readonly string[]).includes(action);
  return resource.kind === 'case' && isPanelAction ? 'case.read' : action;
}

function mayRead(resource: Resource, { viewer }: Request): boolean {
  const reading: Action = resource.kind === 'case' ? 'case.read' : 'panel.read';
  return viewer !== undefined && decide(viewer, resource, reading).allow;
}
