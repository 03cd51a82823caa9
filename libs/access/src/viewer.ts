/** Who asks. A person of the directory with one role and what it reaches; interests come from the meetings they sat in. */
export const ROLES = ['chair', 'clerk', 'director', 'referrer', 'agencyMember', 'administrator'] as const;
export type Role = (typeof ROLES)[number];

export interface Viewer {
  /** The opaque reference of a person. */
  readonly ref: string;
  readonly role: Role;
  /** Panels that the person serves. */
  readonly panelIds: readonly string[];
  /** Schools that the person speaks for. */
  readonly urns: readonly string[];
  /** Cases in which the person has declared an interest: these do not exist for them. */
  readonly interests: readonly string[];
}

export const isRole = (value: unknown): value is Role => (ROLES as readonly unknown[]).includes(value);
