// Asks a model by one of the vendors' SDKs, with what it finds in its environment:
// ask-sdk.mjs anthropic|openai|google|groq|mistral. Prints the answer.
const ask = {
  async anthropic() {
    const { default: Anthropic } = await import("@anthropic-ai/sdk");
    const message = { model: "m", max_tokens: 9, messages: [{ role: "user", content: "ping" }] };
    return (await new Anthropic().messages.create(message)).content[0].text;
  },
  async openai() {
    const { default: OpenAI } = await import("openai");
    const stream = await new OpenAI().chat.completions.create({
      model: "m",
      stream: true,
      messages: [{ role: "user", content: "ping" }],
    });
    let text = "";
    for await (const part of stream) text += part.choices[0]?.delta?.content ?? "";
    return text;
  },
  async google() {
    const { GoogleGenAI } = await import("@google/genai");
    const ai = new GoogleGenAI({ apiKey: process.env.GEMINI_API_KEY });
    return (await ai.models.generateContent({ model: "m", contents: "ping" })).text;
  },
  async groq() {
    const { default: Groq } = await import("groq-sdk");
    const answer = await new Groq().chat.completions.create({
      model: "m",
      messages: [{ role: "user", content: "ping" }],
    });
    return answer.choices[0].message.content;
  },
  // It reads the address of its server from no variable.
  async mistral() {
    const { Mistral } = await import("@mistralai/mistralai");
    const client = new Mistral({
      apiKey: process.env.MISTRAL_API_KEY,
      serverURL: process.env.MISTRAL_BASE_URL,
    });
    const answer = await client.chat.complete({
      model: "m",
      messages: [{ role: "user", content: "ping" }],
    });
    return answer.choices[0].message.content;
  },
};
console.log(await ask[process.argv[2]]());
