import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { PanelCommandOf } from '../domain/panel';
import { PanelDesk } from './panel-desk';

/** A panel adopts how it works, from the day on. */
export class AdoptTermsOfReference extends Command<Executed> {
  constructor(
    readonly panelId: string,
    readonly command: PanelCommandOf<'AdoptTermsOfReference'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(AdoptTermsOfReference)
export class AdoptTermsOfReferenceHandler implements ICommandHandler<AdoptTermsOfReference> {
  constructor(private readonly desk: PanelDesk) {}

  execute({ panelId, command, envelope, expected }: AdoptTermsOfReference): Promise<Executed> {
    return this.desk.onPanel(panelId, command, envelope, expected);
  }
}
