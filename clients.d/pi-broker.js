// For pi, which reads the addresses of providers from no variable: an extension that `pindus auth
// exec --broker` has it load, and that takes them from one.
export default (pi) => {
  const addresses = JSON.parse(process.env.PINDUS_PI_ADDRESSES ?? "{}");
  for (const [provider, baseUrl] of Object.entries(addresses)) {
    pi.registerProvider(provider, { baseUrl });
  }
};
