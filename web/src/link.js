// SPDX-License-Identifier: Apache-2.0
// The way to the service: requests and live events with reconnection. local_link.js is the other
// one, to a bank in this very page.
const SILENCE_MS = 5000;

export const local = false;

// Calls event(type, data) for each that comes, lost() when the connection is. Returns what ends it.
export function listen(types, event, lost) {
  let source;
  let watchdog;
  const alive = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(connect, SILENCE_MS);
  };
  function connect() {
    if (source) source.close();
    lost();
    source = new EventSource("/events");
    source.onerror = lost;
    for (const type of types)
      source.addEventListener(type, (message) => {
        alive();
        event(type, JSON.parse(message.data));
      });
    alive();
  }
  connect();
  return () => {
    clearTimeout(watchdog);
    source.close();
  };
}

// What a path answers, null when it has nothing to say.
export async function ask(path) {
  const answer = await fetch(path);
  return answer.ok ? answer.json() : null;
}

// null, or the words of a refusal.
export async function post(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      keepalive: true, // a released button is told even while the page closes
    });
    const told = await answer.json();
    return told.error ?? told.reason ?? null;
  } catch {
    return "no connection";
  }
}
