/** The platform as Nest sees it: its parts under their tokens, and the command handlers of every library. */
import { Directory } from '@app/directory';
import { Journal } from '@app/event-store';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { PLATFORM, type Platform } from './platform';

@Global()
@Module({})
export class PlatformModule {
  static of(platform: Platform): DynamicModule {
    return {
      module: PlatformModule,
      imports: [CqrsModule.forRoot()],
      providers: [
        { provide: PLATFORM, useValue: platform },
        { provide: Journal, useValue: platform.journal },
        { provide: Directory, useValue: platform.directory },
      ],
      exports: [PLATFORM, Journal, Directory, CqrsModule],
    };
  }
}
