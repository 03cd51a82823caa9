import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { PanelCommandOf } from '../domain/panel';
import { PanelDesk } from './panel-desk';

/** A panel is set up. */
export class EstablishPanel extends Command<Executed> {
  constructor(
    readonly panelId: string,
    readonly command: PanelCommandOf<'EstablishPanel'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(EstablishPanel)
export class EstablishPanelHandler implements ICommandHandler<EstablishPanel> {
  constructor(private readonly desk: PanelDesk) {}

  execute({ panelId, command, envelope, expected }: EstablishPanel): Promise<Executed> {
    return this.desk.onPanel(panelId, command, envelope, expected);
  }
}
