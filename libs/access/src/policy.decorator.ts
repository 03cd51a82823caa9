/** Every route says which action it is. One that does not is a fault that stops the application from starting. */
import { type CustomDecorator, Injectable, type OnModuleInit, SetMetadata } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import type { Action } from './policy';

export const POLICY = 'evenhand:policy';

/** `open` needs no sign-in: health, sign-in itself, assets. */
export type RoutePolicy = Action | 'open' | 'signedIn';

export const Policy = (action: RoutePolicy): CustomDecorator => SetMetadata(POLICY, action);

/** Nest's own marks of a route handler. */
const ROUTE_PATH = 'path';
const ROUTE_METHOD = 'method';

/** The routes of the application without a policy, as `Controller.handler`. */
export function routesWithoutPolicy(discovery: DiscoveryService, scanner: MetadataScanner, reflector: Reflector) {
  return discovery.getControllers().flatMap(({ instance, metatype }) => {
    if (!instance || !metatype) return [];
    const prototype = Object.getPrototypeOf(instance) as Record<string, (...args: unknown[]) => unknown>;
    return scanner
      .getAllMethodNames(prototype)
      .filter((name) => {
        const handler = prototype[name];
        if (!handler) return false;
        const isRoute = Reflect.hasMetadata(ROUTE_PATH, handler) && Reflect.hasMetadata(ROUTE_METHOD, handler);
        return isRoute && reflector.get<RoutePolicy | undefined>(POLICY, handler) === undefined;
      })
      .map((name) => `${metatype.name}.${name}`);
  });
}

@Injectable()
export class EveryRouteHasAPolicy implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    const bare = routesWithoutPolicy(this.discovery, this.scanner, this.reflector);
    if (bare.length > 0) {
      throw new Error(`Evenhand does not start: ${bare.join(', ')} without @Policy(...). Say which action each is.`);
    }
  }
}
