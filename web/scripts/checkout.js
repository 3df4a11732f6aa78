// Asks how an invoice stands, and shows its page anew once it stands otherwise. Without it the page
// says the same, and a link shows it anew.
const { status, seconds } = document.currentScript.dataset;
let tag = "";

async function ask() {
  let wait = Number(seconds);
  try {
    const answer = await fetch(status, { headers: tag ? { "If-None-Match": tag } : {} });
    if (answer.status === 200) {
      const found = answer.headers.get("ETag");
      if (tag && found !== tag) {
        location.reload();
        return;
      }
      tag = found;
    } else if (answer.status !== 304) {
      wait = 60;
    }
  } catch {
    // No network for a while: the next time is soon enough.
  }
  // Nobody looks at a page that is hidden.
  setTimeout(ask, 1000 * (document.visibilityState === "hidden" ? Math.max(wait, 30) : wait));
}

ask();
