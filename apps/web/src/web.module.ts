import { EveryRouteHasAPolicy } from '@app/access';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import type { Platform } from '../../composition/src/platform';
import { PlatformModule } from '../../composition/src/platform.module';
import { PolicyGuard } from './access/policy.guard';
import { ReadAudit } from './access/read-audit';
import { Resources } from './access/resources';
import { Viewers } from './access/viewers';
import { HealthController } from './health.controller';
import { HomeController } from './pages/home.controller';
import { SignInController } from './pages/sign-in.controller';

@Module({})
export class WebModule {
  static on(platform: Platform): DynamicModule {
    return {
      module: WebModule,
      imports: [DiscoveryModule, PlatformModule.of(platform)],
      controllers: [HealthController, SignInController, HomeController],
      providers: [EveryRouteHasAPolicy, Viewers, Resources, ReadAudit, { provide: APP_GUARD, useClass: PolicyGuard }],
    };
  }
}
