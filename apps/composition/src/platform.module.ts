/** The platform as Nest sees it: its parts under their tokens, and the command handlers of every library. */
import { Directory } from '@app/directory';
import { CasesModule } from '@app/cases';
import { CLOCK, DATABASE, Journal, KEY_STORE } from '@app/event-store';
import { DecisionsModule } from '@app/decisions';
import { ExclusionsModule } from '@app/exclusions';
import { ManagedMovesModule } from '@app/managed-moves';
import { PanelsModule } from '@app/panels';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { PLATFORM, type Platform } from './platform';

@Global()
@Module({})
export class PlatformModule {
  static of(platform: Platform): DynamicModule {
    return {
      module: PlatformModule,
      imports: [CqrsModule.forRoot(), CasesModule, PanelsModule, DecisionsModule, ManagedMovesModule, ExclusionsModule],
      providers: [
        { provide: PLATFORM, useValue: platform },
        { provide: CLOCK, useValue: platform.clock },
        { provide: KEY_STORE, useValue: platform.keys },
        { provide: DATABASE, useValue: platform.database },
        { provide: Journal, useValue: platform.journal },
        { provide: Directory, useValue: platform.directory },
      ],
      exports: [
        PLATFORM,
        CLOCK,
        KEY_STORE,
        DATABASE,
        Journal,
        Directory,
        CqrsModule,
        CasesModule,
        PanelsModule,
        DecisionsModule,
      ],
    };
  }
}
