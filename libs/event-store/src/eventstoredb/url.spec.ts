import { EventStoreDbStore } from './event-store-db-store';
import { checkedUrl } from './url';

describe('the connection string', () => {
  it.each([
    'esdb://127.0.0.1:2113?tls=false',
    'esdb://localhost:2113?tls=false',
    'esdb://localhost:2113/?tls=false',
    'esdb://admin:changeit@localhost:2113?tls=false&tlsVerifyCert=false',
    'esdb://127.0.0.1:2111,127.0.0.1:2112,127.0.0.1:2113?tls=false&nodePreference=leader',
    'esdb+discover://127.0.0.1:2113?tls=false',
    'esdb://a.example:2113,b.example:2113',
    'esdb://name:secret@a.example:2113?tls=true&keepAliveInterval=10000',
  ])('%s can be served', (url) => {
    expect(checkedUrl(url)).toBe(url);
  });

  it.each([
    ['postgres://localhost', 'must look like'],
    ['esdb://10.0.0.5:2113?tls=false', 'in the clear'],
    ['esdb://127.0.0.1:1,store.example:2?tls=false', 'in the clear'],
    ['esdb://127.0.0.1.example:2113?tls=false', 'in the clear'],
    ['esdb://127.0.0.1:2113?tls=false&nodePreference=follower', 'nodePreference'],
    ['esdb://127.0.0.1:2113?tls=false&throwOnAppendFailure=false', 'throwOnAppendFailure'],
    ['esdb://127.0.0.1:2113?tls=false&keepAliveInterval=-1', 'keepalive'],
    ['esdb://127.0.0.1:2113?tls=false&colour=red', 'does not know'],
    ['esdb://a.example:2113?tlsVerifyCert=false', 'tlsCAFile'],
    ['esdb://a.example:2113?tlsCAFile=/no/such/file.pem', 'does not exist'],
  ])('%s is refused: %s', (url, reason) => {
    expect(() => EventStoreDbStore.connect(url)).toThrow(reason);
  });

  it('is never repeated in the refusal', () => {
    for (const rest of ['10.0.0.5:2113?tls=false', '10.0.0.5:2113?secret=x', '10.0.0.5:2113?tlsCAFile=/secret']) {
      let message = '';
      try {
        checkedUrl(`esdb://admin:secret@${rest}`);
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).toContain('EVENTSTOREDB_URL');
      expect(message).not.toMatch(/secret|10\.0\.0\.5/);
    }
  });
});
