// What a program does with the official Anthropic SDK: plain, stream, tools, counting tokens, errors, abort.
import Anthropic from "@anthropic-ai/sdk";
import { given, headers, report } from "./outcomes.mjs";

const client = new Anthropic({ baseURL: given.url, apiKey: given.key });
const body = { model: "claude-sonnet-4-5", max_tokens: 500, messages: [{ role: "user", content: "Hello" }] };
const said = (content) => [{ role: "user", content }];
const tools = [{ name: "weather", input_schema: given.schema }];
const create = (step, more) => client.messages.create({ ...body, ...more }, { headers: headers(step) });

await report({
  plain: async (step) => (await create(step, {})).content[0].text,
  stream: async (step) => {
    const final = await client.messages.stream(body, { headers: headers(step) }).finalMessage();
    return final.content[0].text;
  },
  tools: async (step) => (await create(step, { tools, tool_choice: { type: "any" } })).content[0].input,
  streamedTools: async (step) => {
    const stream = client.messages.stream({ ...body, tools, tool_choice: { type: "any" } }, { headers: headers(step) });
    return (await stream.finalMessage()).content[0].input;
  },
  countTokens: async (step) => {
    const { model, messages } = body;
    return (await client.messages.countTokens({ model, messages }, { headers: headers(step) })).input_tokens;
  },
  denied: (step) => create(step, { model: given.deniedAnthropic }),
  deniedStream: (step) => create(step, { model: given.deniedAnthropic, stream: true }),
  unknownModel: (step) => create(step, { model: "no-such-model" }),
  badRequest: (step) => create(step, { messages: said("simulate: status=400") }),
  brokenStream: async (step) => {
    for await (const _ of await create(step, { stream: true, messages: said("simulate: cut=6") }));
    return "looked complete";
  },
  abort: async (step) => {
    const stream = await create(step, { stream: true, messages: said("simulate: words=400, chunk-delay=50") });
    let events = 0;
    for await (const _ of stream) if (++events === 6) stream.controller.abort();
    return events;
  },
});
