// The AI SDK: through @ai-sdk/openai-compatible (chat completions) and @ai-sdk/openai (responses).
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, Output, generateText, jsonSchema, streamText, tool } from 'ai';
import { answer, check, checkEqual, model, picture, url, version } from './samples.mjs';

console.log(
  `ai ${version('ai')}, @ai-sdk/openai-compatible ${version('@ai-sdk/openai-compatible')}, ` +
    `@ai-sdk/openai ${version('@ai-sdk/openai')} at ${url}`,
);

const compatible = createOpenAICompatible({
  name: 'smolvlm',
  baseURL: `${url}/v1`,
  supportsStructuredOutputs: true, // else a schema is dropped and any JSON asked for
  includeUsage: true,
});
const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey: 'none needed' });

const ask = (name, question) => [
  {
    role: 'user',
    content: [
      { type: 'image', image: picture(name), mediaType: 'image/png' },
      { type: 'text', text: question },
    ],
  },
];

const providers = [
  ['openai-compatible', compatible(model)],
  ['openai, chat', openai.chat(model)],
  ['openai, responses', openai(model)],
];
for (const [name, provider] of providers) {
  const question = 'Describe this image.';
  const whole = await generateText({
    model: provider,
    messages: ask('two-stars.png', question),
    temperature: 0,
  });
  checkEqual(`${name}: answer`, answer('two-stars.png', question), whole.text);
  checkEqual(`${name}: finish reason`, 'stop', whole.finishReason);
  check(`${name}: usage`, whole.usage.outputTokens > 0, whole.usage);

  const stream = streamText({
    model: provider,
    messages: ask('triangles.png', question),
    temperature: 0,
    onError: () => {},
  });
  let text = '';
  for await (const piece of stream.textStream) text += piece;
  checkEqual(`${name}: streamed answer`, answer('triangles.png', question), text);
  check(`${name}: usage of the stream`, (await stream.usage).outputTokens > 0);

  const schema = jsonSchema({
    type: 'object',
    properties: { count: { type: 'integer', minimum: 0, maximum: 9 } },
    required: ['count'],
    additionalProperties: false,
  });
  const { output } = await generateText({
    model: provider,
    messages: ask('heart.png', 'How many shapes are there?'),
    output: Output.object({ schema }),
    temperature: 0,
    maxOutputTokens: 60,
  });
  checkEqual(`${name}: object`, { count: 1 }, output);

  const refused = await generateText({
    model: name === 'openai-compatible' ? compatible('other') : openai.chat('other'),
    prompt: 'Hello',
    maxRetries: 0,
  }).catch((error) => error);
  check(`${name}: unknown model is an APICallError`, APICallError.isInstance(refused), refused);
  checkEqual(`${name}: its status`, 404, refused.statusCode);
}

// Tools, at once and in pieces.
const tools = {
  weather: tool({
    description: 'The weather in a city',
    inputSchema: jsonSchema({
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
    }),
  }),
};
for (const [name, provider] of providers.slice(0, 2)) {
  const request = {
    model: provider,
    prompt: 'What is the weather in Paris?',
    tools,
    toolChoice: 'required',
    temperature: 0,
    maxOutputTokens: 100,
  };
  const { toolCalls } = await generateText(request);
  checkEqual(`${name}: tool`, 'weather', toolCalls[0].toolName);
  check(`${name}: its input`, typeof toolCalls[0].input.city === 'string', toolCalls);
  const streamed = await streamText(request).toolCalls;
  checkEqual(`${name}: streamed input`, toolCalls[0].input, streamed[0].input);
}
