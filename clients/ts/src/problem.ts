/** A refusal. `code` is stable (docs/errors.md); texts may change. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly hint: string,
    readonly requestId: string,
    /** Everything the answer said, such as `limit` or `errors`. */
    readonly document: Record<string, unknown>,
  ) {
    super(`${code}: ${detail}`);
    this.name = "Problem";
  }

  /** What an answer that is no success says; a gateway's own answers have no code. */
  static async of(answer: Response): Promise<Problem> {
    const document = await answer.json().catch(() => ({}));
    const text = (name: string) => (typeof document[name] === "string" ? document[name] : "");
    return new Problem(
      answer.status,
      text("code") || (answer.status >= 500 ? "unavailable" : "refused"),
      text("detail") || text("message") || answer.statusText,
      text("hint"),
      text("request_id") || answer.headers.get("x-request-id") || "",
      document,
    );
  }
}
