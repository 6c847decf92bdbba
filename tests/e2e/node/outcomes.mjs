// Runs steps one after another and prints what became of each as one JSON object: a value, or the error it raised.

export const given = JSON.parse(process.argv[2]);

export function headers(step) {
  return { "X-Keeptrusts-Project": given.projects[step] };
}

export async function report(steps) {
  const outcomes = {};
  for (const [name, step] of Object.entries(steps)) {
    try {
      outcomes[name] = { value: await step(name) };
    } catch (error) {
      outcomes[name] = {
        error: error.constructor.name,
        status: error.status ?? null,
        message: error.message,
        code: error.code ?? error.error?.error?.code ?? null,
        requestId: error.requestID ?? error.request_id ?? null,
      };
    }
  }
  console.log(JSON.stringify(outcomes));
}
