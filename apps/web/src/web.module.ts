import { EveryRouteHasAPolicy } from '@app/access';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, APP_PIPE, DiscoveryModule } from '@nestjs/core';
import type { Platform } from '../../composition/src/platform';
import { PlatformModule } from '../../composition/src/platform.module';
import { PolicyGuard } from './access/policy.guard';
import { ReadAudit } from './access/read-audit';
import { Resources } from './access/resources';
import { Viewers } from './access/viewers';
import { Commands } from './actions/call';
import { CaseActions } from './actions/cases';
import { DecisionActions } from './actions/decisions';
import { ExclusionActions } from './actions/exclusions';
import { MoveActions } from './actions/moves';
import { PanelActions } from './actions/panels';
import { CaseReadingController } from './api/case-reading.controller';
import { CasesController } from './api/cases.controller';
import { DecisionsController } from './api/decisions.controller';
import { ExclusionsController } from './api/exclusions.controller';
import { MovesController } from './api/moves.controller';
import { PanelsController } from './api/panels.controller';
import { SessionController } from './api/session.controller';
import { PageForms } from './forms/page-form';
import { HealthController, STANDING } from './health.controller';
import type { Gate } from './http/gate';
import { Idempotency } from './http/idempotency.interceptor';
import { Requests } from './http/requests';
import { validation } from './http/validation';
import { CaseController } from './pages/case.controller';
import { CaseFormsController } from './pages/case-forms.controller';
import { CaseListController } from './pages/cases.controller';
import { ConsistencyController } from './pages/consistency.controller';
import { DecisionController } from './pages/decision.controller';
import { HomeController } from './pages/home.controller';
import { MeetingsController } from './pages/meetings.controller';
import { MovePagesController } from './pages/moves.controller';
import { SignInController } from './pages/sign-in.controller';

import { CaseReading } from './reading/cases';
import { PanelReading } from './reading/panels';
import { TimelineReading } from './reading/timeline';

@Module({})
export class WebModule {
  static on(platform: Platform, gate: Gate): DynamicModule {
    return {
      module: WebModule,
      imports: [DiscoveryModule, PlatformModule.of(platform)],
      controllers: [
        HealthController,
        SignInController,
        HomeController,
        ConsistencyController,
        MeetingsController,
        CaseListController,
        CaseFormsController,
        CaseController,
        DecisionController,
        MovePagesController,
        CaseReadingController,
        SessionController,
        CasesController,
        MovesController,
        PanelsController,
        DecisionsController,
        ExclusionsController,
      ],
      providers: [
        { provide: STANDING, useValue: gate },
        EveryRouteHasAPolicy,
        Viewers,
        Resources,
        ReadAudit,
        Commands,
        CaseActions,
        MoveActions,
        PanelActions,
        DecisionActions,
        ExclusionActions,
        CaseReading,
        PanelReading,
        TimelineReading,
        PageForms,
        {
          provide: Requests,
          useFactory: () => new Requests(platform.database.application, platform.keys.tenantKey('requests')),
        },
        { provide: APP_GUARD, useClass: PolicyGuard },
        { provide: APP_INTERCEPTOR, useClass: Idempotency },
        { provide: APP_PIPE, useFactory: validation },
      ],
    };
  }
}
