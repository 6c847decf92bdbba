// What a program does with the official OpenAI SDK: plain, stream, tools, responses, embeddings, models, errors, abort.
import OpenAI from "openai";
import { given, headers, report } from "./outcomes.mjs";

const client = new OpenAI({ baseURL: `${given.url}/v1`, apiKey: given.key });
const messages = [{ role: "user", content: "Hello" }];
const said = (content) => [{ role: "user", content }];
const tools = [{ type: "function", function: { name: "weather", parameters: given.schema } }];
const flatTools = [{ type: "function", name: "weather", parameters: given.schema, strict: false }];
const create = (step, body) =>
  client.chat.completions.create({ model: "gpt-4o", messages, ...body }, { headers: headers(step) });

await report({
  plain: async (step) => (await create(step, {})).choices[0].message.content,
  stream: async (step) => {
    let text = "";
    for await (const chunk of await create(step, { stream: true })) text += chunk.choices[0]?.delta?.content ?? "";
    return text;
  },
  tools: async (step) => {
    const answer = await create(step, { tools, tool_choice: "required" });
    return JSON.parse(answer.choices[0].message.tool_calls[0].function.arguments);
  },
  streamedTools: async (step) => {
    const stream = client.chat.completions.stream(
      { model: "gpt-4o", messages, tools, tool_choice: "required" },
      { headers: headers(step) },
    );
    const final = await stream.finalChatCompletion();
    return JSON.parse(final.choices[0].message.tool_calls[0].function.arguments);
  },
  responses: async (step) =>
    (await client.responses.create({ model: "gpt-4o", input: "Hello" }, { headers: headers(step) })).output_text,
  streamedResponses: async (step) => {
    const stream = client.responses.stream({ model: "gpt-4o", input: "Hello" }, { headers: headers(step) });
    const final = await stream.finalResponse();
    return { text: final.output[0].content[0].text, tokens: final.usage.output_tokens };
  },
  responsesTools: async (step) => {
    const stream = client.responses.stream(
      { model: "gpt-4o", input: "Hello", tools: flatTools, tool_choice: "required" },
      { headers: headers(step) },
    );
    return JSON.parse((await stream.finalResponse()).output[0].arguments);
  },
  embeddings: async (step) => {
    const made = await client.embeddings.create(
      { model: "text-embedding-3-small", input: ["one", "two"] },
      { headers: headers(step) },
    );
    return made.data.map((one) => one.embedding.length);
  },
  models: async (step) => {
    const names = [];
    for await (const model of client.models.list({ headers: headers(step) })) names.push(model.id);
    return names;
  },
  denied: (step) => create(step, { model: given.deniedOpenai }),
  deniedStream: (step) => create(step, { model: given.deniedOpenai, stream: true }),
  unknownModel: (step) => create(step, { model: "no-such-model" }),
  badRequest: (step) => create(step, { messages: said("simulate: status=400") }),
  brokenStream: async (step) => {
    for await (const _ of await create(step, { stream: true, messages: said("simulate: cut=5") }));
    return "looked complete";
  },
  abort: async (step) => {
    const stream = await create(step, { stream: true, messages: said("simulate: words=400, chunk-delay=50") });
    let pieces = 0;
    for await (const _ of stream) if (++pieces === 4) stream.controller.abort();
    return pieces;
  },
});
