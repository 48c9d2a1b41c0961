"use strict";
// As a shop would write it: the stub keeps calls until marketloop.js is there, and stays a stub when a blocker keeps it away.
window.marketloop = window.marketloop || function () {
  (marketloop.q = marketloop.q || []).length < 100 && marketloop.q.push(arguments);
};
(() => {
  const page = document.body.dataset;
  const kept = (store, name) => { try { return window[store].getItem(name); } catch { return null; } };
  const keep = (store, name, text) => { try { window[store].setItem(name, text); } catch {} };

  if (page.user) {
    marketloop("visitor", (who) => who.userId === page.user || marketloop("identify", page.user, {}, page.userHash));
  }
  marketloop("page", page.page);
  if (page.event) {
    const properties = JSON.parse(page.properties || "{}");
    const order = properties.order_id;
    if (!order || kept("sessionStorage", "shop:order") !== order) {
      marketloop("track", page.event, properties);
      if (order) keep("sessionStorage", "shop:order", order);
    }
  }
  for (const form of document.querySelectorAll("form[data-event]")) {
    form.addEventListener("submit", () => marketloop("track", form.dataset.event, JSON.parse(form.dataset.properties)));
  }

  // Slots are asked when what happened on this page has arrived, so that they know it.
  const fill = () => {
    for (const element of document.querySelectorAll("[data-slot]")) {
      const { slot, count, product, currency } = element.dataset;
      marketloop("slot", slot, { element, count, product, currency });
    }
  };
  marketloop("flush", fill);

  // One click, and it holds: here for the buttons, in marketloop.js for what is sent.
  const choices = JSON.parse(kept("localStorage", "shop:choices") || "{}");
  for (const row of document.querySelectorAll("[data-purpose]")) {
    const purpose = row.dataset.purpose;
    const show = () => {
      for (const words of row.querySelectorAll("[data-is]")) words.hidden = (words.dataset.is === "on") !== (choices[purpose] !== false);
    };
    row.querySelector("button").addEventListener("click", () => {
      choices[purpose] = choices[purpose] === false;
      keep("localStorage", "shop:choices", JSON.stringify(choices));
      marketloop("consent", { [purpose]: choices[purpose] }, { channel: purpose === "marketing" ? "email" : undefined, textVersion: "shop-1" });
      show();
    });
    show();
  }
})();
