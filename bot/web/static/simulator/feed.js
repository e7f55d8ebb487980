/** Says when to look again: server-sent events, and a look every two seconds while they fail. */

const POLL_MS = 2000;
const REOPEN_MS = 6000;
const EVENTS = ["message", "change", "changed", "changes", "messages", "update"];

/** Call `look` on every change at `url`; return a function that stops it. */
export function watch(url, look, onConnection) {
  let source, polling, reopening;

  function open() {
    source = new EventSource(url);
    for (const name of EVENTS) source.addEventListener(name, look);
    source.addEventListener("open", live);
    source.addEventListener("error", lost);
  }

  function live() {
    polling = clearInterval(polling);
    onConnection("live");
    look();
  }

  function lost() {
    polling ??= setInterval(look, POLL_MS);
    onConnection("polling");
    if (source.readyState !== EventSource.CLOSED) return;
    clearTimeout(reopening);
    reopening = setTimeout(open, REOPEN_MS);
  }

  open();
  return () => {
    source.close();
    clearInterval(polling);
    clearTimeout(reopening);
  };
}
