#!/usr/bin/env node
// A real OAuth 2.0 / OIDC authorization server (npm oidc-provider) on loopback, as a test peer.
// Every option may be given as --name value, --name=value, or as an env variable OIDC_NAME.
//   --port N             0 = any free port (default 0)
//   --host H             127.0.0.1 (must be loopback)
//   --public-host H      host name put into the issuer (default: same as --host; "localhost" works too)
//   --client-id ID       public native client (default pindus-test); --confidential-id/--confidential-secret a second one,
//                        which must post its secret. One more, "pindus basic:1", must send the same secret by HTTP Basic.
//                        For client credentials: "machine-post", "machine-basic", and with --client-key "machine-jwt".
//   --client-key F       PEM of the key with which the client machine-jwt signs its assertions (RFC 7523 section 2.2); ES256, RS256 or EdDSA
//   --service-key F      PEM of the key of the service account robot@example.com: takes its assertions as grants (RFC 7523 section 2.1),
//                        --service-kid K (default robot-1) names it
//   --resources "A B"    resource servers (RFC 8707): others are invalid_target, tokens are JWTs with their aud
//   --redirect URIS      comma separated redirect_uris of the public client
//   --scope "S"          scopes the server knows besides openid offline_access (default "profile email api.read api.write")
//   --access-ttl S       access token lifetime, seconds (default 3600)
//   --refresh-ttl S      refresh token lifetime (default 86400)
//   --code-ttl S         authorization code lifetime (default 60)
//   --device-ttl S       device code lifetime (default 600)
//   --interval S         polling interval announced and enforced (default 1); 0 = neither announced nor enforced
//   --slow-down-step S   added to the enforced interval by each slow_down (default: 5, as RFC 8628 says)
//   --rotate 1|0         refresh token rotation (default 1); reuse of a rotated token revokes the whole grant
//   --json-token 1       also take a JSON body at /token and /token/revocation, as some providers want (default 1)
//   --jwt 1              access tokens are signed JWTs (default 0: opaque); --jwt-claims '{"https://api.openai.com/auth":{...}}'
//   --tls-key F --tls-cert F   serve https instead (issuer https://...)
//   --github 1           also speak GitHub's dialect of the device flow on the same port (default 1): POST /login/device/code,
//                        POST /login/oauth/access_token (errors come with HTTP 200; form-encoded unless Accept asks for JSON),
//                        GET /login/device, GET /user, GET /copilot_internal/v2/token. Hand-made translation over the real grants.
//                        Beside it GET /federation/credentials trades a token for the keys of a role, in the manner of AWS.
//   --login-accounts A,B accept only these logins (default: any login)
//   --log FILE           append one JSON line for each event
//   --ready-file FILE    written with JSON {issuer,port,pid,...} once listening (also the first stdout line)
//   --max-seconds N      exit by itself after N seconds (default 3600)
// Control plane, on the same port (not part of OAuth): see CONTROL below.
import http from 'node:http';
import https from 'node:https';
import fs from 'node:fs';
import { createPublicKey } from 'node:crypto';
import { decodeJwt, jwtVerify } from 'jose';
import { Provider, errors } from 'oidc-provider';

const argv = process.argv.slice(2);
function opt(name, dflt) {
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === `--${name}`) return argv[i + 1];
    if (argv[i].startsWith(`--${name}=`)) return argv[i].slice(name.length + 3);
  }
  return process.env[`OIDC_${name.toUpperCase().replaceAll('-', '_')}`] ?? dflt;
}
const num = (name, dflt) => Number(opt(name, dflt));

const host = opt('host', '127.0.0.1');
if (!['127.0.0.1', '::1', 'localhost'].includes(host)) throw new Error('loopback only');
const publicHost = opt('public-host', host === '::1' ? '[::1]' : host);
// live settings: POST /__test/config changes any of them
const live = {
  accessTtl: num('access-ttl', 3600),
  refreshTtl: num('refresh-ttl', 86400),
  codeTtl: num('code-ttl', 60),
  deviceTtl: num('device-ttl', 600),
  interval: num('interval', 1),
  slowDownStep: num('slow-down-step', 5),
  rotate: opt('rotate', '1') !== '0',
  copilotTtl: num('copilot-ttl', 1800),
  tokenDelayMs: 0,      // hold every token response that long (to overlap concurrent refreshes)
  failToken: [],        // queue: each next POST /token takes one. {status, body, headers, after:true|false}
                        // after:true = the grant is really carried out, then its response is thrown away
};
const clientId = opt('client-id', 'pindus-test');
const redirects = opt('redirect', [
  'http://127.0.0.1:1455/auth/callback',
  'http://localhost:1455/auth/callback',
  'com.example.pindus:/cb',
  'https://console.example.com/oauth/code/callback',
].join(',')).split(',').filter(Boolean);
const scopes = opt('scope', 'profile email api.read api.write read:user user:profile user:inference org:create_api_key').split(/\s+/).filter(Boolean);
const accounts = (opt('login-accounts', '') || '').split(',').filter(Boolean);

// ---- counters and event log
const logFile = opt('log', undefined);
let counters; let events;
function reset() { counters = { requests: {}, success: {}, error: {} }; events = []; }
reset();
const bump = (table, key) => { counters[table][key] = (counters[table][key] ?? 0) + 1; return counters[table][key]; };
function record(e) {
  const row = { t: Date.now(), ...e };
  events.push(row); if (events.length > 20000) events.shift();
  if (logFile) fs.appendFileSync(logFile, `${JSON.stringify(row)}\n`);
}

// ---- in-memory adapter that keeps what has expired, so that an expired device code is answered
// with expired_token (the package's own adapter drops it, and then says invalid_grant)
const store = new Map();
const grantable = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken', 'DeviceCode', 'BackchannelAuthenticationRequest']);
class Adapter {
  constructor(model) { this.model = model; }
  key(id) { return `${this.model}:${id}`; }
  async upsert(id, payload) {
    const key = this.key(id);
    if (this.model === 'Session') store.set(`uid:${payload.uid}`, id);
    if (payload.userCode) store.set(`userCode:${payload.userCode}`, id);
    if (grantable.has(this.model) && payload.grantId) {
      const g = `grant:${payload.grantId}`;
      if (!store.has(g)) store.set(g, new Set());
      store.get(g).add(key);
    }
    store.set(key, payload);
  }
  async find(id) { return store.get(this.key(id)); }
  async findByUid(uid) { return this.find(store.get(`uid:${uid}`)); }
  async findByUserCode(uc) { return this.find(store.get(`userCode:${uc}`)); }
  async consume(id) { store.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }
  async destroy(id) { store.delete(this.key(id)); }
  async revokeByGrantId(grantId) {
    for (const key of store.get(`grant:${grantId}`) ?? []) store.delete(key);
    store.delete(`grant:${grantId}`);
  }
}

// ---- keys, and the grant of a service account (RFC 7523 section 2.1)
const publicKey = (option) => (opt(option) ? createPublicKey(fs.readFileSync(opt(option))) : undefined);
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const serviceAccounts = 'service-accounts'; // the client of those who name none
const audience = (token) => (token?.split('.').length === 3 ? decodeJwt(token).aud : undefined);
const seenAssertions = new Set();
async function takeAssertion(ctx, issuer, key) {
  const { assertion, scope } = ctx.oidc.params;
  const refuse = (why) => { throw new errors.CustomOIDCProviderError('invalid_grant', `Invalid JWT: ${why}`); };
  if (!assertion) throw new errors.InvalidRequest('missing required parameter(s) (assertion)');
  const { payload } = await jwtVerify(assertion, (header) => {
    if (header.kid !== opt('service-kid', 'robot-1')) throw new Error('no key of that kid');
    return key;
  }, {
    issuer: 'robot@example.com', audience: `${issuer}/token`, clockTolerance: 5, maxTokenAge: '1h',
    requiredClaims: ['sub', 'exp', 'iat', 'jti'],
  }).catch((e) => refuse(e.message));
  if (payload.exp - payload.iat > 3600) refuse('it lives for more than an hour');
  if (seenAssertions.has(payload.jti)) refuse('it was used before');
  seenAssertions.add(payload.jti);
  const token = new provider.ClientCredentials({ client: ctx.oidc.client, scope: payload.scope ?? scope, extra: { sub: payload.sub } });
  return { access_token: await token.save(), token_type: 'Bearer', expires_in: token.expiration };
}

const polls = new Map(); // device_code -> {last, interval}
function build(issuer) {
  const grantTypes = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'];
  const clientKey = publicKey('client-key'); const serviceKey = publicKey('service-key');
  const secret = opt('confidential-secret', 's3cret+/= &%');
  const resources = opt('resources', '').split(/\s+/).filter(Boolean);
  const machine = (id, more) => ({ client_id: id, grant_types: ['client_credentials'], response_types: [], redirect_uris: [], ...more });
  const resourceServer = (audience) => ({ scope: scopes.join(' '), audience, accessTokenTTL: live.accessTtl, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } });
  const provider = new Provider(issuer, {
    adapter: Adapter,
    clockTolerance: 0, // the package's default of 15 s would keep a 2 s token alive for 17
    clients: [
      {
        client_id: clientId, client_name: 'Pindus Test', application_type: 'native',
        token_endpoint_auth_method: 'none', grant_types: grantTypes, response_types: ['code'],
        redirect_uris: redirects,
      },
      {
        client_id: opt('confidential-id', 'pindus-conf'), client_secret: secret,
        client_name: 'Pindus Confidential', application_type: 'native',
        token_endpoint_auth_method: opt('confidential-auth', 'client_secret_post'),
        grant_types: grantTypes, response_types: ['code'], redirect_uris: redirects,
      },
      {
        client_id: 'pindus basic:1', client_secret: secret, client_name: 'Pindus Basic', application_type: 'native',
        token_endpoint_auth_method: 'client_secret_basic', grant_types: grantTypes, response_types: ['code'], redirect_uris: redirects,
      },
      machine('machine-post', { client_secret: secret, token_endpoint_auth_method: 'client_secret_post' }),
      machine('machine-basic', { client_secret: secret, token_endpoint_auth_method: 'client_secret_basic' }),
      ...(clientKey ? [machine('machine-jwt', { jwks: { keys: [{ ...clientKey.export({ format: 'jwk' }), kid: 'machine-1' }] }, token_endpoint_auth_method: 'private_key_jwt' })] : []),
      machine(serviceAccounts, { grant_types: [jwtBearer], token_endpoint_auth_method: 'none' }),
      {
        client_id: 'web-paste', client_name: 'Web Paste', application_type: 'web',
        token_endpoint_auth_method: 'none', grant_types: grantTypes, response_types: ['code'],
        redirect_uris: [`${issuer}/__test/paste`],
      },
    ],
    cookies: { keys: ['loopback test key'] },
    pkce: { required: () => true }, // S256 is the only method the package knows
    scopes: ['openid', 'offline_access', ...scopes],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'] },
    findAccount: async (ctx, id) => (accounts.length && !accounts.includes(id) ? undefined : {
      accountId: id,
      claims: async () => ({ sub: id, name: `User ${id}`, preferred_username: id, email: `${id}@example.com`, email_verified: true }),
    }),
    features: {
      devInteractions: { enabled: true },
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
      introspection: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: resources.length ? {
        enabled: true, defaultResource: (ctx, client, oneOf) => oneOf?.[0], useGrantedResource: () => false,
        getResourceServerInfo: (ctx, resource) => {
          if (!resources.includes(resource)) throw new errors.InvalidTarget();
          return resourceServer(resource);
        },
      } : opt('jwt', '0') === '1' ? {
        enabled: true, defaultResource: () => `${issuer}/api`, useGrantedResource: () => true, getResourceServerInfo: () => resourceServer(`${issuer}/api`),
      } : { enabled: false },
    },
    extraTokenClaims: () => JSON.parse(opt('jwt-claims', '{}')),
    // offline_access is not asked for by most command-line clients: give a refresh token to whoever may use one
    issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: async () => false,
    rotateRefreshToken: () => live.rotate,
    ttl: {
      AccessToken: () => live.accessTtl,
      ClientCredentials: () => live.accessTtl,
      AuthorizationCode: () => live.codeTtl,
      DeviceCode: () => live.deviceTtl,
      RefreshToken: () => live.refreshTtl,
      IdToken: () => 3600, Grant: () => 86400, Session: () => 86400, Interaction: () => 3600,
    },
  });

  provider.registerGrantType(jwtBearer, async (ctx) => {
    if (!serviceKey) throw new errors.InvalidGrant('there is no service account');
    ctx.body = await takeAssertion(ctx, issuer, serviceKey);
  }, ['assertion', 'scope']);

  // The package takes a secret in either place, whatever the client is registered with.
  const compare = provider.Client.prototype.compareClientSecret;
  provider.Client.prototype.compareClientSecret = function compareWhereItBelongs(given) {
    const way = Provider.ctx.get('authorization') ? 'client_secret_basic' : 'client_secret_post';
    if (way !== this.clientAuthMethod) throw new errors.InvalidClientAuth(`${this.clientAuthMethod} is wanted`);
    return compare.call(this, given);
  };

  provider.use(async (ctx, next) => {
    if (ctx.method === 'POST' && ctx.path === '/token' && serviceKey && ctx.is('application/x-www-form-urlencoded') && !ctx.get('authorization')) {
      let text = ''; for await (const c of ctx.req) text += c;
      const form = new URLSearchParams(text);
      if (form.get('grant_type') === jwtBearer && !form.has('client_id')) form.set('client_id', serviceAccounts);
      ctx.req.body = form.toString();
    }
    if (opt('json-token', '1') !== '0' && ctx.method === 'POST' && ctx.path.startsWith('/token') && ctx.is('application/json')) {
      let text = ''; for await (const c of ctx.req) text += c;
      const flat = new URLSearchParams(); try { for (const [k, v] of Object.entries(JSON.parse(text))) if (v !== null) flat.set(k, String(v)); } catch { /* then it has no parameters */ }
      ctx.req.headers['content-type'] = 'application/x-www-form-urlencoded'; ctx.req.body = flat.toString() || 'x=';
      ctx.state.json = true;
    }
    const isToken = ctx.path === '/token' && ctx.method === 'POST';
    const fault = isToken ? live.failToken.shift() : undefined;
    if (fault && !fault.after) {
      bump('error', 'injected'); record({ ev: 'injected', fault });
      ctx.status = fault.status; if (fault.headers) ctx.set(fault.headers);
      ctx.body = fault.body ?? '';
      return;
    }
    await next();
    const o = ctx.oidc;
    if (!o) return;
    if (o.route === 'device_authorization' && ctx.status === 200 && live.interval > 0) ctx.body.interval = live.interval;
    if (isToken) {
      const grant = o.params?.grant_type ?? 'none';
      bump('requests', grant);
      // the package knows the slow_down error but never sends it: RFC 8628 3.5 by post-processing authorization_pending
      if (ctx.body?.error === 'authorization_pending' && live.interval > 0) {
        const id = o.params.device_code; const now = Date.now();
        const p = polls.get(id) ?? { last: 0, interval: live.interval };
        const tooFast = p.last && now - p.last < p.interval * 1000 - 50;
        p.last = now;
        if (tooFast) {
          p.interval += live.slowDownStep;
          const e = new errors.SlowDown();
          ctx.status = 400; ctx.body = { error: e.error, error_description: e.error_description };
        }
        polls.set(id, p);
      }
      if (ctx.status === 200) bump('success', grant); else bump('error', `${grant}:${ctx.body?.error ?? ctx.status}`);
      record({
        ev: 'token', grant, client: o.params?.client_id, status: ctx.status, error: ctx.body?.error,
        desc: ctx.body?.error_description, ua: ctx.get('user-agent'), accept: ctx.get('accept'),
        json: ctx.state.json, auth: ctx.get('authorization') ? 'header' : undefined, params: Object.keys(o.params?.toPlainObject?.() ?? o.params ?? {}),
        resource: o.params?.resource, aud: audience(ctx.body?.access_token),
      });
      if (live.tokenDelayMs) await new Promise((r) => setTimeout(r, live.tokenDelayMs));
      if (fault?.after) {
        bump('error', 'injected-after'); record({ ev: 'injected-after', fault });
        if (fault.drop) { ctx.respond = false; ctx.req.socket.destroy(); return; }
        ctx.status = fault.status; if (fault.headers) ctx.set(fault.headers); ctx.body = fault.body ?? '';
      }
    } else if (o.route) {
      bump('requests', `route:${o.route}`);
      record({ ev: o.route, status: ctx.status, error: ctx.body?.error, resource: o.params?.resource, prompt: o.params?.prompt ?? o.body?.prompt, auth: ctx.get('authorization') ? 'header' : undefined });
    }
  });
  for (const ev of ['grant.success', 'grant.error', 'grant.revoked', 'refresh_token.consumed', 'refresh_token.destroyed',
    'authorization.error', 'authorization.success', 'device_authorization.success', 'revocation.error', 'server_error']) {
    provider.on(ev, (a, b) => {
      bump('requests', `event:${ev}`);
      if (ev === 'server_error') { console.error(b); record({ ev, err: String(b) }); }
      if (ev.endsWith('.error')) record({ ev, error: b?.error, desc: b?.error_description, detail: b?.error_detail });
      if (ev === 'grant.revoked') record({ ev, grantId: b });
    });
  }
  return provider;
}

// ---- CONTROL: GET /__test/counters, GET /__test/events, POST /__test/reset, GET|POST /__test/config (JSON, merged),
//      GET /__test/health, POST /__test/stop, GET /__test/paste (a page that shows code#state, as some providers do)
const esc = (s) => String(s).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }[c]));
async function control(req, res, url) {
  const json = (v, status = 200) => { res.writeHead(status, { 'content-type': 'application/json' }); res.end(`${JSON.stringify(v)}\n`); };
  const name = url.pathname.slice('/__test/'.length);
  if (name === 'counters') return json(counters);
  if (name === 'events') return json(events);
  if (name === 'health') return json({ ok: true });
  if (name === 'paste') {
    res.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    const p = url.searchParams;
    const text = p.has('error') ? p.get('error') : `${p.get('code') ?? ''}#${p.get('state') ?? ''}`;
    return res.end(`<!doctype html><title>Authentication code</title><p>Paste this into your terminal:</p><code id="code">${esc(text)}</code>`);
  }
  if (name === 'reset' && req.method === 'POST') { reset(); return json({ ok: true }); }
  if (name === 'config') {
    if (req.method === 'POST') {
      let body = ''; for await (const c of req) body += c;
      Object.assign(live, JSON.parse(body || '{}'));
    }
    return json(live);
  }
  if (name === 'stop' && req.method === 'POST') { json({ ok: true }); return shutdown(); }
  return json({ error: 'no such control' }, 404);
}

// ---- GitHub's dialect over the same grants
let provider; let self;
async function github(req, res, url) {
  let text = ''; for await (const c of req) text += c;
  let q; const type = req.headers['content-type'] ?? '';
  try { q = type.includes('json') ? new URLSearchParams(JSON.parse(text)) : new URLSearchParams(text); } catch { q = new URLSearchParams(); }
  for (const [k, v] of url.searchParams) if (!q.has(k)) q.set(k, v);
  const say = (v, status = 200) => {
    const asJson = (req.headers.accept ?? '').includes('json') || status !== 200;
    res.writeHead(status, { 'content-type': asJson ? 'application/json; charset=utf-8' : 'application/x-www-form-urlencoded; charset=utf-8', date: new Date().toUTCString() });
    res.end(asJson ? JSON.stringify(v) : new URLSearchParams(v).toString());
  };
  const inner = async (p, f) => { const r = await fetch(`${self}${p}`, { method: 'POST', body: f }); return r.json(); };
  if (url.pathname === '/login/device') { res.writeHead(302, { location: `/device${url.search}` }); return res.end(); }
  if (url.pathname === '/login/device/code' && req.method === 'POST') {
    const d = await inner('/device/auth', new URLSearchParams({ client_id: q.get('client_id') ?? '', scope: (q.get('scope') ?? '').replaceAll(',', ' ') || 'read:user' }));
    if (d.error) return say(d.error === 'invalid_client' ? { message: 'Not Found', documentation_url: 'https://docs.github.com/rest' } : d, d.error === 'invalid_client' ? 404 : 200);
    return say({ device_code: d.device_code, user_code: d.user_code, verification_uri: `${self}/login/device`, expires_in: d.expires_in, interval: d.interval ?? 5 });
  }
  if (url.pathname === '/login/oauth/access_token' && req.method === 'POST') {
    const grant = q.get('grant_type') ?? 'authorization_code'; q.set('grant_type', grant);
    const t = await inner('/token', q);
    if (t.error) {
      const map = { invalid_grant: grant.endsWith('device_code') ? 'incorrect_device_code' : grant === 'refresh_token' ? 'bad_refresh_token' : 'bad_verification_code', invalid_client: 'incorrect_client_credentials', unsupported_grant_type: 'unsupported_grant_type' };
      const e = { error: map[t.error] ?? t.error, error_description: t.error_description ?? t.error, error_uri: 'https://docs.github.com/developers/apps/authorizing-oauth-apps#error-codes-for-the-device-flow' };
      if (t.error === 'slow_down') e.interval = polls.get(q.get('device_code'))?.interval ?? 10;
      return say(e); // GitHub answers 200
    }
    return say({ access_token: t.access_token, token_type: 'bearer', scope: (t.scope ?? '').replaceAll(' ', ',') }); // an OAuth app: no expiry, no refresh token
  }
  const bearer = req.headers['x-amz-sso_bearer_token'] ?? /^(?:bearer|token) (.+)$/i.exec(req.headers.authorization ?? '')?.[1];
  const at = bearer ? await provider.AccessToken.find(bearer) : undefined;
  if (!at) { res.writeHead(401, { 'content-type': 'application/json' }); return res.end(JSON.stringify({ message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest', status: '401' })); }
  if (url.pathname === '/user') return say({ login: at.accountId, id: 1 });
  if (url.pathname === '/federation/credentials') {
    const expiration = Date.now() + live.accessTtl * 1000;
    const name = `${url.searchParams.get('role_name')}-${bump('requests', 'role_keys')}`;
    res.writeHead(200, { 'content-type': 'application/json' });
    return res.end(JSON.stringify({ roleCredentials: { accessKeyId: `AKIA-${name}`, secretAccessKey: `key-${name}-0123456789`, sessionToken: `session-${name}`, expiration } }));
  }
  bump('requests', 'copilot_token');
  const exp = Math.floor(Date.now() / 1000) + live.copilotTtl;
  res.writeHead(200, { 'content-type': 'application/json' });
  return res.end(JSON.stringify({ token: `tid=${at.jti.slice(0, 12)};exp=${exp};sku=free;proxy-ep=proxy.individual.githubcopilot.com;st=dotcom`, expires_at: exp, refresh_in: Math.max(1, live.copilotTtl - 300), endpoints: { api: 'https://api.individual.githubcopilot.com' } }));
}
const githubPaths = new Set(['/login/device', '/login/device/code', '/login/oauth/access_token', '/user', '/copilot_internal/v2/token', '/federation/credentials']);

let handler = (req, res) => { res.writeHead(503); res.end(); };
const tls = opt('tls-key') ? { key: fs.readFileSync(opt('tls-key')), cert: fs.readFileSync(opt('tls-cert')) } : undefined;
const listener = (req, res) => {
  const url = new URL(req.url, 'http://x');
  if (url.pathname.startsWith('/__test/')) return control(req, res, url).catch((e) => { res.writeHead(500); res.end(String(e)); });
  if (opt('github', '1') !== '0' && githubPaths.has(url.pathname)) return github(req, res, url).catch((e) => { console.error(e); res.writeHead(500); res.end(String(e)); });
  return handler(req, res);
};
const server = tls ? https.createServer(tls, listener) : http.createServer(listener);
function shutdown() { server.close(); server.closeAllConnections(); setTimeout(() => process.exit(0), 50); }
process.on('SIGTERM', shutdown); process.on('SIGINT', shutdown);
setTimeout(shutdown, num('max-seconds', 3600) * 1000).unref();

// Node's fetch and browsers refuse "unsafe" ports; a port from the kernel is fine.
server.listen(num('port', 0), host, () => {
  const { port } = server.address();
  const issuer = `${tls ? 'https' : 'http'}://${publicHost}:${port}`;
  provider = build(issuer); handler = provider.callback(); self = issuer;
  const info = {
    issuer, port, pid: process.pid, client_id: clientId, redirect_uris: redirects,
    authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`, revocation_endpoint: `${issuer}/token/revocation`,
    device_authorization_endpoint: `${issuer}/device/auth`, userinfo_endpoint: `${issuer}/me`, paste_redirect: `${issuer}/__test/paste`,
    github: { device_code: `${issuer}/login/device/code`, access_token: `${issuer}/login/oauth/access_token`, copilot_token: `${issuer}/copilot_internal/v2/token` },
  };
  console.log(JSON.stringify(info));
  if (opt('ready-file')) { fs.writeFileSync(`${opt('ready-file')}.tmp`, JSON.stringify(info)); fs.renameSync(`${opt('ready-file')}.tmp`, opt('ready-file')); }
});
