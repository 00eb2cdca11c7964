// openai-node: a picture and a question; at once, in pieces, as an object, as a call of a tool.
import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { answer, check, checkEqual, dataUri, model, url, version } from './samples.mjs';

console.log(`openai-node ${version('openai')} at ${url}`);
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none needed' });

const ask = (picture, question) => [
  {
    role: 'user',
    content: [
      { type: 'image_url', image_url: { url: dataUri(picture) } },
      { type: 'text', text: question },
    ],
  },
];

// At once.
{
  const question = 'Describe this image.';
  const completion = await client.chat.completions.create({
    model,
    messages: ask('scene.png', question),
    temperature: 0,
  });
  checkEqual('answer', answer('scene.png', question), completion.choices[0].message.content);
  checkEqual('finish_reason', 'stop', completion.choices[0].finish_reason);
}

// In pieces: as they come, and through the helper that gathers them.
{
  const question = 'Where is the heart?';
  const request = { model, messages: ask('heart.png', question), temperature: 0 };
  let text = '';
  for await (const piece of await client.chat.completions.create({ ...request, stream: true })) {
    text += piece.choices[0]?.delta?.content ?? '';
  }
  checkEqual('streamed answer', answer('heart.png', question), text);
  const final = await client.chat.completions.stream(request).finalChatCompletion();
  checkEqual('gathered answer', answer('heart.png', question), final.choices[0].message.content);
}

// As an object.
{
  const Shape = z.object({
    shape: z.enum(['heart', 'star', 'ring']),
    color: z.enum(['purple', 'orange', 'green']),
  });
  const completion = await client.chat.completions.parse({
    model,
    messages: ask('heart.png', 'List the shapes as JSON.'),
    response_format: zodResponseFormat(Shape, 'shape'),
    temperature: 0,
    max_tokens: 100,
  });
  const found = completion.choices[0].message.parsed;
  checkEqual('object of the schema', '{"shape":"heart","color":"purple"}', JSON.stringify(Shape.parse(found)));
}

// As a call of a tool.
{
  const tool = {
    type: 'function',
    function: {
      name: 'weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  };
  const request = {
    model,
    messages: [{ role: 'user', content: 'What is the weather in Paris?' }],
    tools: [tool],
    tool_choice: 'required',
    temperature: 0,
    max_tokens: 100,
  };
  const { choices } = await client.chat.completions.create(request);
  const call = choices[0].message.tool_calls[0];
  checkEqual('finish_reason of a call', 'tool_calls', choices[0].finish_reason);
  checkEqual('function', 'weather', call.function.name);
  check('arguments', typeof JSON.parse(call.function.arguments).city === 'string', call);
  const final = await client.chat.completions.stream(request).finalChatCompletion();
  checkEqual(
    'streamed call',
    call.function.arguments,
    final.choices[0].message.tool_calls[0].function.arguments,
  );
}

// Responses.
{
  const question = 'Which shape is orange?';
  const input = [
    {
      role: 'user',
      content: [
        { type: 'input_image', image_url: dataUri('shapes-two.png'), detail: 'auto' },
        { type: 'input_text', text: question },
      ],
    },
  ];
  const response = await client.responses.create({ model, input, temperature: 0 });
  checkEqual('response', answer('shapes-two.png', question), response.output_text);
  const final = await client.responses.stream({ model, input, temperature: 0 }).finalResponse();
  checkEqual('gathered response', answer('shapes-two.png', question), final.output_text);
}

// Other routes, and a refusal.
{
  const ids = [];
  for await (const entry of client.models.list()) ids.push(entry.id);
  check('models', ids.includes(model), ids);
  const refused = await client.chat.completions
    .create({ model: 'other', messages: ask('heart.png', '?') })
    .catch((error) => error);
  check('unknown model is NotFoundError', refused instanceof OpenAI.NotFoundError, refused);
  checkEqual('its code', 'model_not_found', refused.code);
}
