#!/usr/bin/env node
// An authorization server that registers clients (npm oidc-provider: RFC 7591, 7592, 8707, 9207, client_id metadata documents), and
// two resource servers that announce it (RFC 9728), on loopback, as a test peer.
//   --deviate "A B"   as servers that people reported:
//     trailing-slash       the resource names the server with a slash behind it that its issuer doesn't have
//     issuer-mismatch      the resource names another identifier than the server's issuer
//     silent               no resource_metadata in the challenge, metadata at the path
//     root                 no resource_metadata in the challenge, /one's metadata at the root
//     nobody               no resource metadata at all, no challenge
//     openid-only          no RFC 8414 metadata, only OpenID Connect's
//     no-s256              code_challenge_methods_supported is missing
//     no-refresh           no refresh token
//     bad-token-500        the resource answers a bad token with 500
//     secret               clients get a secret, by client_secret_basic alone
//     secret-expires       the same, one that has ended when the next sign-in comes
//     closed               registration answers 403
//     no-registration      no registration_endpoint
//     documents            client_id metadata documents; https://client.example/pindus.json is one
//     no-management        clients can't be looked at or taken back (RFC 7592)
//     no-iss               iss is missing in the answer, although it is advertised
//     iss-unadvertised     iss isn't advertised, whether it is in the answer or not
//     authorize-resource   the authorization endpoint has a resource parameter already
//     private-metadata     the challenge names metadata in a private network
//     redirect             the metadata redirects
//     huge                 the metadata is larger than 64 KiB
//     other-resource       the metadata is of another resource
//     late-scope           POST answers 403 insufficient_scope to tokens without mcp:write
//   --ready-file F    written with JSON {issuer, one, two, port, ...} once listening
//   --max-seconds N   exits by itself (300)
// GET /__test/counters at the authorization server: what was asked of either; POST /__test/config {"deviate":"..."} changes it;
// POST /__test/forget-clients forgets all that were registered; POST /__test/reset.
import http from 'node:http';
import fs from 'node:fs';
import { decodeJwt } from 'jose';
import { Provider, errors } from 'oidc-provider';

const argv = process.argv.slice(2);
const opt = (name, dflt) => { const i = argv.indexOf(`--${name}`); return i < 0 ? dflt : argv[i + 1]; };
let deviations = new Set(opt('deviate', '').split(/\s+/).filter(Boolean));
const is = (name) => deviations.has(name);

const store = new Map();
let counters = {};
const bump = (name) => { counters[name] = (counters[name] ?? 0) + 1; };
class Adapter {
  constructor(model) { this.model = model; }
  key(id) { return `${this.model}:${id}`; }
  async upsert(id, payload) {
    if (this.model === 'Session') store.set(`uid:${payload.uid}`, id);
    if (payload.userCode) store.set(`userCode:${payload.userCode}`, id);
    if (payload.grantId) { const g = `grant:${payload.grantId}`; store.set(g, [...store.get(g) ?? [], this.key(id)]); }
    store.set(this.key(id), payload);
  }
  async find(id) { return store.get(this.key(id)); }
  async findByUid(uid) { return this.find(store.get(`uid:${uid}`)); }
  async findByUserCode(code) { return this.find(store.get(`userCode:${code}`)); }
  async consume(id) { store.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }
  async destroy(id) { store.delete(this.key(id)); }
  async revokeByGrantId(grantId) { for (const key of store.get(`grant:${grantId}`) ?? []) store.delete(key); store.delete(`grant:${grantId}`); }
}

const clientDocument = 'https://client.example/pindus.json';
function build(issuer, resources) {
  const provider = new Provider(issuer, {
    adapter: Adapter,
    clients: [{
      client_id: 'given-by-hand', application_type: 'native', token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'], redirect_uris: ['http://127.0.0.1:1455/callback'],
    }],
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
    cookies: { keys: ['loopback test key'] },
    pkce: { required: () => true },
    scopes: ['openid', 'offline_access', 'mcp:read', 'mcp:write'],
    findAccount: async (ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    fetch: async (url) => (String(url) === clientDocument ? new Response(JSON.stringify({
      client_id: clientDocument, client_name: 'pindus', application_type: 'native', token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], redirect_uris: ['http://127.0.0.1:1455/callback'],
    }), { status: 200, headers: { 'content-type': 'application/json' } }) : new Response('', { status: 404 })),
    features: {
      devInteractions: { enabled: true }, deviceFlow: { enabled: true }, revocation: { enabled: true },
      registration: { enabled: true }, registrationManagement: { enabled: true, rotateRegistrationAccessToken: false },
      clientIdMetadataDocument: { enabled: true, ack: 'draft-02', allowFetch: () => true, allowClient: () => true },
      resourceIndicators: {
        enabled: true, defaultResource: (ctx, client, oneOf) => oneOf?.[0], useGrantedResource: () => false,
        getResourceServerInfo: (ctx, resource) => {
          if (!resources.includes(resource)) throw new errors.InvalidTarget();
          return { scope: 'mcp:read mcp:write', audience: resource, accessTokenTTL: 3600, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } };
        },
      },
    },
    issueRefreshToken: async (ctx, client) => !is('no-refresh') && client.grantTypeAllowed('refresh_token'),
    expiresWithSession: async () => false,
    rotateRefreshToken: () => true,
    ttl: { AccessToken: 3600, AuthorizationCode: 60, DeviceCode: 600, RefreshToken: 86400, IdToken: 3600, Grant: 86400, Session: 86400, Interaction: 3600 },
  });
  provider.on('registration_create.success', () => bump('registered'));
  provider.on('registration_delete.success', () => bump('unregistered'));
  provider.on('authorization.accepted', () => bump('authorizations'));
  provider.on('interaction.ended', () => bump('interactions'));
  provider.on('grant.success', (ctx) => bump(`grant:${ctx.oidc.params.grant_type}:${ctx.oidc.params.resource ?? 'no resource'}`));
  provider.on('grant.revoked', () => bump('revoked'));
  provider.on('server_error', (ctx, error) => console.error(error));
  return provider;
}

// What the server says of itself, as the deviations have it.
function edited(metadata, issuer) {
  const m = { ...metadata };
  if (is('no-s256')) delete m.code_challenge_methods_supported;
  if (is('no-registration')) delete m.registration_endpoint;
  if (!is('documents')) delete m.client_id_metadata_document_supported;
  if (is('secret') || is('secret-expires')) m.token_endpoint_auth_methods_supported = ['client_secret_basic'];
  if (is('iss-unadvertised')) delete m.authorization_response_iss_parameter_supported;
  if (is('authorize-resource')) m.authorization_endpoint += '?resource=http%3A%2F%2Felsewhere.example';
  return m;
}

const json = (res, body, status = 200, headers = {}) => { res.writeHead(status, { 'content-type': 'application/json', ...headers }); res.end(JSON.stringify(body)); };
async function textOf(req) { let text = ''; for await (const c of req) text += c; return text; }

let provider; let issuer; let origin; let handler;
async function authorizationServer(req, res) {
  const url = new URL(req.url, issuer);
  const path = url.pathname;
  if (path === '/__test/counters') return json(res, counters);
  if (path === '/__test/reset') { counters = {}; return json(res, {}); }
  if (path === '/__test/config') { deviations = new Set((JSON.parse(await textOf(req)).deviate ?? '').split(/\s+/).filter(Boolean)); return json(res, {}); }
  if (path === '/__test/forget-clients') { for (const key of [...store.keys()]) if (key.startsWith('Client:')) store.delete(key); return json(res, {}); }
  if (path === '/__openid') { req.url = '/.well-known/openid-configuration'; return handler(req, res); }
  bump(`as:${req.method} ${path.split('/').slice(0, 3).join('/')}`);
  if (!path.startsWith('/auth') && !path.startsWith('/interaction')) bump('before-browser');
  if (path.startsWith('/.well-known/oauth-authorization-server') && is('openid-only')) return json(res, {}, 404);
  if (/^\/.well-known\/(oauth-authorization-server|openid-configuration)/.test(path) || path.endsWith('/.well-known/openid-configuration')) {
    const inner = await (await fetch(`${issuer}/__openid`)).json();
    return json(res, edited(inner, issuer));
  }
  if (path === '/reg' && req.method === 'POST') {
    if (is('closed')) return json(res, { error: 'access_denied', error_description: 'registration is closed' }, 403);
    const expires = is('secret-expires'); const unmanaged = is('no-management');
    const write = res.end.bind(res);
    res.end = (body, ...rest) => {
      if (!(expires || unmanaged) || res.statusCode !== 201) return write(body, ...rest);
      const client = JSON.parse(String(body));
      if (expires) client.client_secret_expires_at = Math.floor(Date.now() / 1000) + 30;
      if (unmanaged) { delete client.registration_client_uri; delete client.registration_access_token; }
      const text = JSON.stringify(client);
      res.setHeader('content-length', Buffer.byteLength(text));
      return write(text);
    };
    const setHead = res.writeHead.bind(res);
    res.writeHead = (...a) => { res.removeHeader('content-length'); return setHead(...a); };
  }
  if (is('no-iss')) {
    const set = res.setHeader.bind(res);
    res.setHeader = (name, value) => set(name, String(name).toLowerCase() === 'location' ? String(value).replace(/([?&])iss=[^&]*&?/, '$1').replace(/[?&]$/, '') : value);
  }
  return handler(req, res);
}

function resourceServer(req, res) {
  const url = new URL(req.url, origin);
  bump(`rs:${req.method} ${url.pathname}`);
  bump('before-browser');
  if (/eyJ|pnd_/.test(req.url)) bump('token in the address');
  const named = is('trailing-slash') ? `${issuer}/` : is('issuer-mismatch') ? `${issuer}/tenant` : issuer;
  const metadata = (path) => {
    if (is('redirect')) { res.writeHead(302, { location: `${issuer}/elsewhere` }); return res.end(); }
    if (is('huge')) return json(res, { resource: `${origin}${path}`, authorization_servers: [named], filler: 'x'.repeat(70000) });
    const resource = is('other-resource') ? `${origin}/other` : `${origin}${path}`;
    return json(res, { resource, authorization_servers: [named], scopes_supported: ['mcp:read', 'mcp:write'], resource_name: `Resource ${path}` });
  };
  const wellKnown = '/.well-known/oauth-protected-resource';
  if (url.pathname.startsWith(wellKnown)) {
    const path = url.pathname.slice(wellKnown.length);
    if (is('nobody')) return json(res, {}, 404);
    if (is('root')) return path === '' ? metadata('/one') : json(res, {}, 404);
    return path === '/one' || path === '/two' ? metadata(path) : json(res, {}, 404);
  }
  const path = url.pathname;
  if (path !== '/one' && path !== '/two') return json(res, {}, 404);
  const place = is('private-metadata') ? 'https://10.1.2.3/metadata' : `${origin}${wellKnown}${path}`;
  const challenge = (more = '') => {
    if (is('nobody')) return {};
    const where = is('silent') || is('root') ? '' : `resource_metadata="${place}", `;
    return { 'www-authenticate': `Basic realm="x, y", Bearer ${where}scope="mcp:read"${more}` };
  };
  const token = /^bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1];
  if (!token) return json(res, {}, is('nobody') ? 404 : 401, challenge());
  let claims = {};
  try { claims = decodeJwt(token); } catch { /* opaque: not for this resource */ }
  if (claims.aud !== `${origin}${path}`) return is('bad-token-500') ? json(res, { error: 'server_error' }, 500) : json(res, {}, 401, challenge(', error="invalid_token"'));
  if (is('late-scope') && !String(claims.scope).split(' ').includes('mcp:write')) {
    return json(res, {}, 403, { 'www-authenticate': 'Bearer error="insufficient_scope", scope="mcp:write"' });
  }
  bump(`served:${path}`);
  return json(res, { jsonrpc: '2.0', id: 1, result: { sub: claims.sub, aud: claims.aud, scope: claims.scope } });
}

const guarded = (work) => (req, res) => Promise.resolve(work(req, res)).catch((e) => { console.error(e); if (!res.headersSent) res.writeHead(500); res.end(); });
const servers = [http.createServer(guarded(authorizationServer)), http.createServer(guarded(resourceServer))];
setTimeout(() => process.exit(0), Number(opt('max-seconds', '300')) * 1000).unref();
process.on('SIGTERM', () => process.exit(0));
servers[0].listen(0, '127.0.0.1', () => servers[1].listen(0, '127.0.0.1', () => {
  issuer = `http://127.0.0.1:${servers[0].address().port}`;
  origin = `http://127.0.0.1:${servers[1].address().port}`;
  provider = build(issuer, [`${origin}/one`, `${origin}/two`]);
  handler = provider.callback();
  const info = { issuer, one: `${origin}/one`, two: `${origin}/two` };
  console.log(JSON.stringify(info));
  if (opt('ready-file')) { fs.writeFileSync(`${opt('ready-file')}.tmp`, JSON.stringify(info)); fs.renameSync(`${opt('ready-file')}.tmp`, opt('ready-file')); }
}));
