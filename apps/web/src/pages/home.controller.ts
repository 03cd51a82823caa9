import { Policy } from '@app/access';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { renderPage } from './page';

@ApiExcludeController()
@Controller()
export class HomeController {
  @Get()
  @Policy('home.read')
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    renderPage(request, response, 'home', { title: 'Home', greeting: 'Home', sections: [] });
  }
}
