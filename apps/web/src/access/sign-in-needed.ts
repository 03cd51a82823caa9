export class SignInNeeded extends Error {
  override readonly name = 'SignInNeeded';
}
