#!/usr/bin/env node
// The example server of the Model Context Protocol's SDK with its OAuth server, as it is published, on loopback: only the ports are
// ours, and that it listens nowhere else.
//   --strict 1        only tokens for this server, with `resource` in each request
//   --ready-file F    written with JSON {issuer, one} once listening
//   --max-seconds N   exits by itself (300)
// `mcp-example-server.mjs call URL TOKEN`: calls the tool "greet" as the SDK's own client, and prints what it says.
import net from 'node:net';
import fs from 'node:fs';

const argv = process.argv.slice(2);
const opt = (name, dflt) => { const i = argv.indexOf(`--${name}`); return i < 0 ? dflt : argv[i + 1]; };

async function call(url, token) {
  const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
  const client = new Client({ name: 'pindus-test', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { authorization: `Bearer ${token}` } } }));
  const answer = await client.callTool({ name: 'greet', arguments: { name: 'pindus' } });
  console.log(answer.content[0].text);
  await client.close();
  process.exit(0);
}

const freePort = () => new Promise((resolve) => {
  const probe = net.createServer().listen(0, '127.0.0.1', () => { const { port } = probe.address(); probe.close(() => resolve(port)); });
});

async function serve() {
  process.env.MCP_PORT = await freePort();
  process.env.MCP_AUTH_PORT = await freePort();
  process.argv.push('--oauth');
  if (opt('strict', '0') === '1') process.argv.push('--oauth-strict');
  const listen = net.Server.prototype.listen;
  let listening = 0;
  net.Server.prototype.listen = function listenOnLoopback(port, ...rest) {
    this.once('listening', () => {
      listening += 1;
      if (listening < 2) return;
      const info = { issuer: `http://localhost:${process.env.MCP_AUTH_PORT}`, one: `http://localhost:${process.env.MCP_PORT}/mcp` };
      console.log(JSON.stringify(info));
      if (opt('ready-file')) { fs.writeFileSync(`${opt('ready-file')}.tmp`, JSON.stringify(info)); fs.renameSync(`${opt('ready-file')}.tmp`, opt('ready-file')); }
    });
    return listen.call(this, Number(port), '127.0.0.1', ...rest.filter((x) => typeof x === 'function'));
  };
  setTimeout(() => process.exit(0), Number(opt('max-seconds', '300')) * 1000).unref();
  await import('@modelcontextprotocol/sdk/examples/server/simpleStreamableHttp.js');
}

if (argv[0] === 'call') await call(argv[1], argv[2]); else await serve();
