/** The boundaries of the house, checked by `npm run boundaries`. */
const inLibrary = '^libs/([^/]+)/';
const tests = '\\.spec\\.ts$|/testing/|/contract/|^test/';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'Two files that need each other are one file, or miss a third. A type alone is no need: it is gone at run time.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nothing uses and that uses nothing is forgotten.',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.d\\.ts$|\\.spec\\.ts$|/index\\.ts$|/main\\.ts$' },
      to: {},
    },
    {
      name: 'domain-is-pure',
      comment:
        'domain/ imports its own folder, the kernel and the calendar, and nothing else: no framework, no Node, no database.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/src/domain/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: ['^libs/$1/src/domain/', '^libs/(kernel|calendar)/src/index\\.ts$'] },
    },
    {
      name: 'kernel-stands-alone',
      comment: 'The kernel imports nothing of ours.',
      severity: 'error',
      from: { path: '^libs/kernel/', pathNot: tests },
      to: { path: '^(libs/(?!kernel/)|apps/)' },
    },
    {
      name: 'one-door',
      comment: 'A library is entered through its index; specs may also use its contract and test doubles.',
      severity: 'error',
      from: { path: inLibrary },
      to: { path: '^libs/(?!$1/)[^/]+/src/(?!index\\.ts$)', pathNot: '^libs/[^/]+/src/(contract|testing)/' },
    },
    {
      name: 'one-door-for-applications',
      comment: 'Applications enter a library through its index.',
      severity: 'error',
      from: { path: '^(apps|bench)/' },
      to: { path: '^libs/[^/]+/src/(?!index\\.ts$)', pathNot: '^libs/[^/]+/src/(contract|testing)/' },
    },
    {
      name: 'figures-leave-through-result',
      comment:
        'A statistic is used by a report, which releases it as a Result through gate, disclosure and sentence; pictures, files, read models and everyone outside take results only.',
      severity: 'error',
      from: {
        path: '^libs/consistency/src/',
        pathNot: '/(statistics|results|testing)/|\\.spec\\.ts$|/signal\\.ts$',
      },
      to: { path: '^libs/consistency/src/statistics/(?!invalid-input\\.ts$)' },
    },
    {
      name: 'doubles-are-for-specs',
      comment: 'What is only there for tests stays out of the application.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: tests },
      to: { path: '/testing/|^test/' },
    },
    {
      name: 'one-client',
      comment:
        'Only the EventStoreDB adapter knows its client; the test double speaks the same protocol from its generated part.',
      severity: 'error',
      from: { path: '^(apps|libs|test)/', pathNot: '^libs/event-store/src/eventstoredb/' },
      to: {
        path: '^(node_modules/)?@eventstore/db-client',
        pathNot: '^(node_modules/)?@eventstore/db-client/generated/',
      },
    },
    {
      name: 'generated-protocol-is-for-the-double',
      severity: 'error',
      from: { path: '^(apps|libs|test)/', pathNot: '^libs/event-store/src/(testing|contract|eventstoredb)/' },
      to: { path: '^(node_modules/)?@eventstore/db-client/generated/' },
    },
    {
      name: 'nothing-imports-applications',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'no-unresolved',
      comment: 'Every import is found.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-development-packages',
      comment: 'The built application runs without development packages.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev'], pathNot: '^(node_modules/)?@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
    exclude: { path: '^(dist|coverage|bench/peers|apps/web/src/assets)/' },
  },
};
