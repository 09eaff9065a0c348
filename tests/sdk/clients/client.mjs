// One SDK. Each has user(prompt), ask(history, {stream, tools}), continued(answer, results), which is what follows in the
// history after calls and their results, and firstPiece(history), which leaves the stream after it. An answer is
// {text, calls: [{id, name, arguments}], finish, usage: [prompt, completion], native}.
export class Client {
  constructor({ base_url, key, model, tool }) {
    Object.assign(this, { model, tool });
    this.connect(base_url, key);
  }

  async plain(prompt, stream = false) {
    const { text, finish, usage } = await this.ask(this.user(prompt), { stream, tools: false });
    return { text, finish, usage };
  }

  async streamed(prompt) {
    return this.plain(prompt, true);
  }

  async tools(prompt, stream = false) {
    const history = this.user(prompt);
    const asked = await this.ask(history, { stream, tools: true });
    const results = asked.calls.map((call) => ({ ...call, text: `rain in ${call.arguments.city}` }));
    const told = await this.ask([...history, ...this.continued(asked, results)], { stream, tools: true });
    const calls = asked.calls.map((call) => [call.name, call.arguments]);
    return { calls, calls_finish: asked.finish, text: told.text, finish: told.finish };
  }

  async streamed_tools(prompt) {
    return this.tools(prompt, true);
  }

  async aborted(prompt) {
    return { piece: await this.firstPiece(this.user(prompt)) };
  }

  async refused(prompt) {
    try {
      await this.ask(this.user(prompt), { stream: false, tools: false });
    } catch (error) {
      return { kind: error.constructor.name, status: error.status ?? error.statusCode, message: error.message };
    }
    return { kind: 'none' };
  }
}
