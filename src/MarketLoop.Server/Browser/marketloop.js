// What a shop's page tells MarketLoop, and what it shows from it; docs/browser.md tells how to use it. No dependency, no cookie, no eval.
// The server sends this file without its comments and its indentation, so a comment has a line of its own and no text runs over two lines.
(() => {
  "use strict";
  const script = document.currentScript || document.querySelector("script[data-key][src*=marketloop]");
  const stub = window.marketloop;
  const settings = script?.dataset || {};
  if (!settings.key) return console.warn("marketloop: the script tag needs data-key");
  if (stub?.version) return;

  // Behind a proxy of the shop's own, /some/path/marketloop.js asks /some/path/v1/batch.
  const host = (settings.host || script.src.replace(/\/[^/]*$/, "")).replace(/\/+$/, "");
  const version = "1.0";
  const bytesPerRequest = 60000, eventsKept = 500, charactersKept = 400000, longestPause = 300000;
  const known = {};
  const warn = (words) => known[words] || (known[words] = console.warn("marketloop: " + words) || true);
  // crypto.randomUUID is missing on pages without TLS; this is not.
  const random = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => (byte + 256).toString(16).slice(1)).join("");

  // What is kept lies in localStorage, and in memory where that is refused (private mode, full, switched off): memory wins, being newer.
  const prefix = "marketloop:", memory = {};
  const read = (name) => {
    try {
      return memory[name] ?? localStorage.getItem(prefix + name);
    } catch { return null; }
  };
  const write = (name, text) => {
    try {
      localStorage.setItem(prefix + name, text);
      delete memory[name];
    } catch { memory[name] = text; }
  };
  const forget = (name) => {
    delete memory[name];
    try { localStorage.removeItem(prefix + name); } catch {}
  };
  const names = (start) => {
    let kept = [];
    try { kept = Object.keys(localStorage).filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)); } catch {}
    return [...new Set([...kept, ...Object.keys(memory)])].filter((name) => name.startsWith(start)).sort();
  };
  const parsed = (name) => {
    try { return JSON.parse(read(name)) || {}; } catch { return {}; }
  };

  // Read anew each time: another tab may have changed the answer.
  const mayTrack = () => parsed("consent").analytics ?? !("requireConsent" in settings);

  const visitor = () => {
    let who = parsed("visitor");
    const given = settings.anonymousId;
    if (!who.anonymousId || (given && given !== who.anonymousId)) {
      // Another browser id is another person: nobody is signed in any more.
      who = { anonymousId: given || random() };
      write("visitor", JSON.stringify(who));
    }
    return who;
  };

  let here, came = document.referrer, dropped = 0, made = 0;
  const place = () => {
    const url = location.href.split("#")[0];
    // A page that changed without loading was reached from what it was before.
    if (here && here !== url) came = here;
    here = url;
    return { url, path: location.pathname, search: location.search, title: document.title, referrer: came };
  };
  const campaign = () => {
    const found = {};
    new URLSearchParams(location.search).forEach((value, name) => {
      if (/^utm_./.test(name)) found[name === "utm_campaign" ? "name" : name.slice(4)] = value;
    });
    return found;
  };

  // Each event is an entry of its own: two tabs that write at the same moment cannot overwrite each other's, as they would a shared list.
  // Its name is its messageId, made once, so that whatever is sent twice is stored once; it sorts by time.
  const add = (fields, isProof) => {
    const who = visitor(), now = new Date();
    const name = now.getTime().toString(36) + (1e6 + made++) + random();
    const text = JSON.stringify({
      messageId: name,
      timestamp: now.toISOString(),
      ...who,
      userHash: undefined,
      ...fields,
      context: {
        library: { name: "marketloop.js", version },
        page: place(),
        campaign: campaign(),
        globalPrivacyControl: navigator.globalPrivacyControl,
        droppedEvents: dropped || undefined,
      },
    });
    // More than the server takes for one event.
    if (text.length > 32000) return warn("an event is too large and was left out");
    own.add(name);
    write((isProof ? "event!" : "event:") + name, text);
    if (made % 20 === 1) trim();
    schedule(100);
  };
  const own = new Set();
  const events = () => names("event").sort((one, other) => (one.slice(6) < other.slice(6) ? -1 : 1));
  // Of what others wrote only what their page must have left behind: a tab learns a moment too late what another one has sent.
  const due = () => events().filter((name) => own.has(name.slice(6)) || Math.abs(Date.now() - parseInt(name.slice(6, 14), 36)) > 15000);

  // When the server stays away for days the oldest go first.
  const trim = () => {
    let size = 0;
    events().reverse().forEach((name, index) => {
      size += (read(name) || "").length;
      if (index < eventsKept && size < charactersKept) return;
      forget(name);
      dropped++;
      warn("the queue was full, the oldest events were dropped");
    });
  };

  let timer = 0, failures = 0, isRetry = false, isOffline = false, sending = Promise.resolve(), underway = [];
  const schedule = (pause) => {
    timer = timer || setTimeout(flush, pause);
  };
  // One after another: a call that comes while the last drain is ending gets a drain of its own, so nothing is left lying.
  const flush = () => {
    clearTimeout(timer);
    timer = 0;
    return (sending = sending.then(() => locked(drain)).catch(() => {}));
  };

  // One tab sends at a time. Twice would be harmless, but would double the load; without Web Locks (a page without TLS) a lease has to do.
  const tab = random();
  const locked = async (work) => {
    if (navigator.locks) return navigator.locks.request(prefix, work).catch(work);
    const [owner, end] = (read("lease") || "").split(" "), now = Date.now();
    if (owner !== tab && end > now && end < now + 30000) return schedule(1000);
    write("lease", tab + " " + (now + 20000));
    await work();
    forget("lease");
  };

  // All tabs keep the pause that one was told to keep; one beyond all measure comes from a clock that was set back.
  const pauseLeft = () => {
    const left = read("wait") - Date.now();
    return left > 0 && left < 2 * longestPause ? left : 0;
  };
  const drain = async () => {
    for (;;) {
      const pause = pauseLeft();
      if (pause) return schedule(pause);
      const [batch] = batches(due());
      if (!batch) return events().length && schedule(15000);
      const wait = await send(batch);
      if (wait) write("wait", Date.now() + wait);
    }
  };

  const batches = (waiting) => {
    const all = [];
    let size = Infinity;
    for (const name of waiting) {
      const text = read(name), bytes = text ? new Blob([text]).size + 1 : 0;
      // Gone: another tab sent it meanwhile.
      if (!text) continue;
      if ((size += bytes) > bytesPerRequest) {
        all.push({ names: [], texts: [] });
        size = bytes + 200;
      }
      all[all.length - 1].names.push(name);
      all[all.length - 1].texts.push(text);
    }
    return all;
  };

  // A body of plain text needs no preflight, and the key stands in it: nothing but this one request. No cookie goes along.
  const post = (batch, more) => fetch(host + "/v1/batch", {
    method: "POST",
    body: `{"writeKey":${JSON.stringify(settings.key)},"sentAt":"${new Date().toISOString()}","batch":[${batch.texts}]}`,
    credentials: "omit",
    ...more,
  });

  // Ends with the milliseconds to wait before the next try; 0 when this batch is done with.
  const send = async (batch) => {
    let answer, verdict;
    // Keepalive outlives the page, but the browser allows little of it: a retry, which may have failed for that, goes without.
    underway = isRetry ? [] : batch.names;
    try {
      answer = await post(batch, { keepalive: !isRetry, signal: AbortSignal.timeout?.(15000) });
      verdict = answer.ok && await answer.json();
    } catch {}
    underway = [];
    const isRefused = answer && answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429;
    if (isRefused) warn(`answered ${answer.status}, events were dropped; is the write key right?`);
    // A sign-in page of some network also answers 200.
    if (verdict?.success || isRefused) {
      if (verdict?.rejected?.length) warn("rejected: " + JSON.stringify(verdict.rejected[0]));
      batch.names.forEach(forget);
      if (isRetry) forget("wait");
      isRetry = isOffline = false;
      return (failures = 0);
    }
    const asked = answer && parseInt(answer.headers.get("Retry-After"), 10) * 1000;
    const pause = Math.min(asked || 1000 * 2 ** failures++, longestPause);
    isRetry = true;
    isOffline = !answer;
    // Spread, or all browsers of a shop would come back in the same moment.
    return pause * (asked ? 1 + Math.random() / 4 : 0.5 + Math.random());
  };

  const retry = () => {
    if (isOffline) forget("wait");
    flush();
  };
  // What is sent while the page goes is not forgotten before the server has said so: the next page sends it again, and the server knows it by its messageId.
  const leave = () => {
    for (const batch of batches(due().filter((name) => !underway.includes(name) && (!pauseLeft() || name in memory)))) {
      if ("keepalive" in Request.prototype) post(batch, { keepalive: true }).catch(() => {});
      else navigator.sendBeacon(host + "/beacon/v1/batch?writeKey=" + encodeURIComponent(settings.key), `{"batch":[${batch.texts}]}`);
    }
  };
  addEventListener("online", retry);
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => event.persisted && retry());
  document.addEventListener("visibilitychange", () => flush());

  // Only http and https: what stands in a catalogue may not become javascript: on the shop's page.
  const link = (address) => {
    try {
      const url = new URL(address, location.href);
      return address && /^https?:$/.test(url.protocol) ? url.href : "";
    } catch { return ""; }
  };
  const make = (parent, tag, name, text) => {
    const element = document.createElement(tag);
    element.className = "marketloop-" + name;
    if (text) element.textContent = text;
    return parent.appendChild(element);
  };
  const show = (items, element, wish) => {
    const language = document.documentElement.lang.replace("_", "-") || "en", words = (text) => text && (/^zh/i.test(language) ? text.zh : text.en);
    const list = document.createElement("ul");
    list.className = "marketloop-list";
    for (const item of items) {
      const entry = make(list, "li", "item");
      entry.dataset.productId = item.productId;
      const anchor = make(entry, "a", "link");
      if (link(item.url)) anchor.href = link(item.url);
      if (link(item.imageUrl)) Object.assign(make(anchor, "img", "image"), { alt: "", loading: "lazy", src: link(item.imageUrl) });
      make(anchor, "span", "name", words(item.name));
      if (item.price != null) make(anchor, "span", "price", item.price.toLocaleString(language, wish.currency ? { style: "currency", currency: wish.currency } : { minimumFractionDigits: 2 }));
      make(entry, "span", "reason", words(item.reason));
    }
    element.replaceChildren(list);
  };

  // "Viewed" means that half of it (or of the window) was to be seen for a second, as advertisers count it; a click proves it, too.
  const watching = new WeakMap();
  const watch = (element, answer) => {
    watching.get(element)?.();
    if (!answer.token) return;
    let isSeen, timeout;
    const tell = (act, more) => mayTrack() && add({ type: "track", event: "Promotion " + act, properties: { treatment_token: answer.token, placement: answer.placement, ...more } });
    const see = () => {
      if (document.hidden) timeout = setTimeout(see, 1000);
      else if (!isSeen) isSeen = tell("Viewed") || true;
    };
    const observer = new IntersectionObserver((changes) => {
      const { intersectionRatio, intersectionRect } = changes[changes.length - 1];
      clearTimeout(timeout);
      if (intersectionRatio >= 0.5 || intersectionRect.height >= innerHeight / 2) timeout = setTimeout(see, 1000);
    }, { threshold: [0, 0.03, 0.1, 0.3, 0.5, 0.7, 0.9] });
    const click = (event) => {
      const product = event.target.closest("[data-product-id]")?.dataset.productId;
      const position = answer.items.findIndex((item) => item.productId === product);
      if (position < 0) return;
      see();
      tell("Clicked", { product_id: product, position });
    };
    observer.observe(element);
    element.addEventListener("click", click);
    element.addEventListener("auxclick", click);
    watching.set(element, () => {
      clearTimeout(timeout);
      observer.disconnect();
      element.removeEventListener("click", click);
      element.removeEventListener("auxclick", click);
    });
  };

  const asked = new WeakMap();
  const fill = async (placement, wish) => {
    const element = typeof wish.element === "string" ? document.querySelector(wish.element) : wish.element;
    const query = new URLSearchParams({ writeKey: settings.key, count: wish.count || 6 });
    const mine = {};
    if (wish.product) query.set("product", wish.product);
    // Who refused tracking or personalisation is not named at all, so the answer cannot depend on them.
    if (mayTrack() && parsed("consent").personalisation !== false) {
      const who = visitor();
      for (const name of who.userId && who.userHash ? ["userId", "userHash"] : ["anonymousId"]) query.set(name, who[name]);
    }
    if (element) asked.set(element, mine);
    try {
      const answer = await (await fetch(`${host}/api/v1/execution/slots/${encodeURIComponent(placement)}?${query}`, { credentials: "omit", cache: "no-store", signal: AbortSignal.timeout?.(5000) })).json();
      // Without an answer what the page showed stays; a question asked later makes this answer stale.
      if (!answer.items?.length || (element && asked.get(element) !== mine)) return;
      if (wish.render) wish.render(answer.items, element, answer);
      else if (element) show(answer.items, element, wish);
      if (element) {
        element.dataset.personalised = answer.personalised;
        watch(element, answer);
      }
    } catch (trouble) { warn(`slot ${placement}: ${trouble}`); }
  };

  const commands = {
    page(name, properties) {
      if (!mayTrack()) return;
      add({ type: "page", name: name || undefined, properties: { ...place(), name: name || undefined, ...properties } });
    },
    track(event, properties = {}) {
      if (mayTrack()) add({ type: "track", event, properties });
    },
    identify(userId, traits = {}, userHash) {
      if (!userId) return warn("identify needs a user id");
      if (!mayTrack()) return;
      let who = visitor();
      // Somebody else signs in on this browser without anybody having signed out: not the same history.
      if (who.userId && who.userId !== String(userId)) who = { anonymousId: settings.anonymousId || random() };
      write("visitor", JSON.stringify({ anonymousId: who.anonymousId, userId: String(userId), userHash }));
      add({ type: "identify", traits });
    },
    // Proof of the choice is sent also when the choice is "no"; after that nothing but the choice itself stays here.
    consent(choices, { channel, textVersion } = {}) {
      const kept = parsed("consent");
      for (const purpose in choices) {
        const granted = kept[purpose] = !!choices[purpose];
        add({ type: "track", event: "Consent Updated", properties: { purpose, channel, granted, textVersion } }, true);
      }
      write("consent", JSON.stringify(kept));
      if (kept.analytics === false) names("").filter((name) => !/^(consent$|event!)/.test(name)).forEach(forget);
    },
    slot(placement, wish = {}) {
      fill(placement, wish);
    },
    // Also sees what was put into the page later.
    slots() {
      document.querySelectorAll("[data-marketloop-slot]").forEach((element) => fill(element.dataset.marketloopSlot, { ...element.dataset, element }));
    },
    reset() {
      forget("visitor");
    },
    flush(then) {
      flush().then(then);
    },
    visitor(then) {
      const { anonymousId, userId } = mayTrack() ? visitor() : {};
      then({ anonymousId, userId });
    },
  };

  // Whatever the page hands over, a mistake in it may not stop the page.
  const marketloop = (name, ...more) => {
    try { commands[name](...more); } catch (trouble) { warn(`${name}: ${trouble}`); }
  };
  window.marketloop = Object.assign(marketloop, { version, push: (call) => marketloop(...call) });
  for (const call of Array.isArray(stub) ? stub : stub?.q || []) marketloop(...call);

  if ("autoPage" in settings) {
    let last;
    const look = () => {
      if (last !== (last = location.pathname + location.search)) marketloop("page");
    };
    const push = history.pushState;
    // After the application has set its title.
    history.pushState = function (...more) {
      push.apply(this, more);
      setTimeout(look);
    };
    addEventListener("popstate", () => setTimeout(look));
    look();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => marketloop("slots"));
  else marketloop("slots");
  flush();
})();
