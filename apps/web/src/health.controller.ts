/** For whoever watches the machine: is it up, and do the read models keep up. Says nothing of what is recorded. */
import { Policy } from '@app/access';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { PLATFORM, type Platform } from '../../composition/src/platform';

export const STANDING = Symbol('Standing');

/** Whether the process is about to end. */
export interface Standing {
  readonly stopping: boolean;
}

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    @Inject(PLATFORM) private readonly platform: Platform,
    @Inject(STANDING) private readonly standing: Standing,
  ) {}

  @Get('live')
  @Policy('open')
  live(): object {
    return { status: 'ok' };
  }

  /** 503 while the database is away, a read model stands still or the process ends; each with its lag in milliseconds and its poison. */
  @Get('ready')
  @Policy('open')
  async ready(@Res() response: Response): Promise<void> {
    const readModels = await this.platform.runner.health();
    const well = !this.standing.stopping && readModels.every(({ state }) => state === 'running');
    response.status(well ? 200 : 503).json({ status: well ? 'ok' : 'notReady', readModels });
  }
}
