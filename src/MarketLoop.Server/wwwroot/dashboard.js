"use strict";
// Charts draw from the API's own answers, live numbers come from /dashboard/live. No library but ECharts, no foreign request.
(() => {
  const accent = "#0f766e", grey = "#b9c3cc", ink = "#17212b", muted = "#566372", line = "#e3e7eb";
  const shades = ["#0f766e", "#5aa79f", "#a9d3ce", "#3f5566", "#8b98a5", "#c5ced6"];
  const tones = ["#0f766e", "#c2703d", "#4a6fa5", "#8a5a9e", "#7a8b2f", "#b8485c", "#3f5566", "#c9a227", "#5aa79f", "#9a7b5f"];   // to tell many groups apart
  const locale = document.documentElement.lang || "en";
  const count = new Intl.NumberFormat(locale);
  const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" });
  const part = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const figure = new Intl.NumberFormat(locale, { maximumFractionDigits: 3 });
  const money = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const day = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", timeZone: "UTC" });
  const font = getComputedStyle(document.body).fontFamily;

  const frame = (words) => ({
    animation: false,
    textStyle: { fontFamily: font, color: muted, fontSize: 12 },
    color: shades,
    grid: { left: 8, right: 18, top: 36, bottom: 6, containLabel: true },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, borderColor: line, textStyle: { color: ink, fontSize: 12 } },
    legend: { top: 0, left: 0, itemWidth: 10, itemHeight: 10, icon: "roundRect", textStyle: { color: muted }, ...(words.legend ?? {}) },
  });
  const axis = (more) => ({ axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, splitLine: { lineStyle: { color: "#eef1f3" } }, axisLabel: { color: muted, hideOverlap: true }, ...more });

  const charts = {
    activity(answer, words, element) {
      const first = answer.days.findIndex((d) => Object.keys(d.counts).length > 0);
      if (first < 0) return null;
      const days = answer.days.slice(first);
      const drawn = element.clientWidth >= 700 ? 5 : element.clientWidth >= 480 ? 4 : 2;   // as many names as the legend holds in one line
      const kinds = answer.kinds.slice(0, drawn), rest = answer.kinds.slice(drawn);
      const sum = (d, names) => names.reduce((all, kind) => all + (d.counts[kind] ?? 0), 0);
      const bars = kinds.map((kind) => ({ name: words.kinds[kind] ?? kind, of: [kind] }));
      if (rest.length) bars.push({ name: words.rest, of: rest });
      return {
        ...frame(words),
        xAxis: axis({ type: "category", data: days.map((d) => day.format(new Date(d.day + "T00:00:00Z"))), splitLine: { show: false } }),
        yAxis: axis({ type: "value", minInterval: 1, axisLine: { show: false }, axisLabel: { color: muted, formatter: (v) => count.format(v) } }),
        series: bars.map((bar) => ({ name: bar.name, type: "bar", stack: "all", barMaxWidth: 26, data: days.map((d) => sum(d, bar.of)) })),
      };
    },

    lift(answer, words, element) {
      const figure = (row, name) => ({ name, relative: row.revenue.relative, low: row.revenue.relativeLow, high: row.revenue.relativeHigh });
      const all = [figure(answer.overall, words.names.overall), ...answer.placements.map((p) => figure(p, `${words.names[p.channel] ?? p.channel} · ${words.names[p.placement] ?? p.placement}`))];
      const rows = all.filter((r) => [r.relative, r.low, r.high].every(Number.isFinite)).reverse();
      if (!rows.length) return null;
      const names = rows.map((r) => r.name);
      return {
        ...frame(words),
        legend: { show: false },
        grid: { left: 4, right: 26, top: 12, bottom: 6, containLabel: true },
        tooltip: { ...frame(words).tooltip, trigger: "item", formatter: (p) => { const r = rows[p.dataIndex]; return `${names[p.dataIndex]}\n${share.format(r.relative)}  (${share.format(r.low)} … ${share.format(r.high)})`; } },
        xAxis: axis({ type: "value", axisLabel: { color: muted, formatter: (v) => share.format(v) }, splitNumber: element.clientWidth < 500 ? 2 : 5 }),
        yAxis: axis({ type: "category", data: names, axisLabel: { color: ink, fontSize: 13 } }),
        series: [{
          type: "custom", encode: { x: [1, 2, 3], y: 0 }, data: rows.map((r, i) => [i, r.relative, r.low, r.high]),
          renderItem(params, api) {
            const y = api.coord([0, api.value(0)])[1], at = (i) => api.coord([api.value(i), api.value(0)])[0];
            const colour = api.value(2) > 0 ? accent : api.value(3) < 0 ? "#b3261e" : "#76828f", stroke = { stroke: colour, lineWidth: 2, fill: null };
            const part = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: stroke });
            return { type: "group", children: [
              part(at(2), y, at(3), y), part(at(2), y - 7, at(2), y + 7), part(at(3), y - 7, at(3), y + 7),
              { type: "circle", shape: { cx: at(1), cy: y, r: 5.5 }, style: { fill: colour } },
              { type: "text", style: { text: share.format(api.value(1)), x: at(1), y: y - 22, align: "center", fill: ink, font: `600 12px ${font}` } },
            ] };
          },
          markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: "#9aa5b0", type: "dashed" }, data: [{ xAxis: 0 }] },
        }],
      };
    },

    notes(answer, words) {
      const rows = answer.rows ?? [];
      if (!rows.length) return null;
      const line = (field, axisIndex) => ({
        name: words.names[field], type: "line", step: "end", symbolSize: 6, yAxisIndex: axisIndex, connectNulls: false,
        data: rows.map((r) => [new Date(r.at).getTime(), r[field] ?? null]),
      });
      return {
        ...frame(words),
        xAxis: axis({ type: "time", splitLine: { show: false } }),
        yAxis: [axis({ type: "value", scale: true, axisLine: { show: false }, axisLabel: { color: muted, formatter: (v) => money.format(v) } }),
          axis({ type: "value", minInterval: 1, position: "right", axisLine: { show: false }, splitLine: { show: false } })],
        series: [line("price", 0), line("stock", 1)],
      };
    },

    bars(answer, words) {
      const rows = answer.rows ?? [];
      if (!rows.length) return null;
      return {
        ...frame(words), legend: { show: false }, grid: { left: 8, right: 30, top: 14, bottom: 6, containLabel: true },
        xAxis: axis({ type: "category", data: rows.map((r) => r.label), splitLine: { show: false } }),
        yAxis: axis({ type: "value", scale: true, axisLine: { show: false } }),
        series: [{ type: "bar", barMaxWidth: 34, data: rows.map((r) => ({ value: r.value, itemStyle: { color: r.chosen ? accent : grey, borderRadius: [3, 3, 0, 0] } })) }],
      };
    },

    // Lines over named places: {labels, series: [{name, values, isFaint}], isShare}.
    lines(answer, words) {
      const { labels = [], series = [], isShare } = answer.rows ?? {};
      if (!labels.length || !series.some((one) => one.values.some((v) => v !== null))) return null;
      const say = (v) => (v === null || v === undefined ? "–" : (isShare ? part : figure).format(v));
      return {
        ...frame(words),
        color: tones,
        grid: { left: 8, right: 30, top: series.length > 1 ? 36 : 14, bottom: 6, containLabel: true },
        legend: { ...frame(words).legend, show: series.length > 1, type: "scroll" },
        tooltip: { ...frame(words).tooltip, valueFormatter: say },
        xAxis: axis({ type: "category", data: labels, boundaryGap: labels.length === 1, splitLine: { show: false } }),
        yAxis: axis({ type: "value", scale: !isShare, min: isShare ? 0 : null, axisLine: { show: false }, axisLabel: { color: muted, formatter: say } }),
        series: series.map((one) => ({
          name: one.name, type: "line", data: one.values, symbolSize: 6, showSymbol: labels.length < 30, connectNulls: false,
          lineStyle: { width: 2, type: one.isFaint ? "dashed" : "solid" }, ...(one.isFaint ? { color: "#8b98a5", itemStyle: { color: "#8b98a5" } } : {}),
        })),
      };
    },

    // Points joined over numbers: {series: [{name, points: [[x, y]], isFaint}], x, y}, both axes from 0 to 1.
    curves(answer, words) {
      const { series = [], x, y } = answer.rows ?? {};
      if (!series.some((one) => one.points.length)) return null;
      const scale = (name, more) => axis({ type: "value", min: 0, max: 1, name, nameLocation: "middle", nameTextStyle: { color: muted }, axisLabel: { color: muted, formatter: (v) => part.format(v) }, ...more });
      return {
        ...frame(words),
        color: tones,
        grid: { left: 22, right: 18, top: 34, bottom: 22, containLabel: true },
        tooltip: { ...frame(words).tooltip, trigger: "item", formatter: (p) => `${p.seriesName}\n${x} ${part.format(p.value[0])}\n${y} ${part.format(p.value[1])}` },
        xAxis: scale(x, { nameGap: 26 }),
        yAxis: scale(y, { nameGap: 42, axisLine: { show: false } }),
        series: series.map((one) => ({
          name: one.name, type: "line", data: one.points, symbolSize: 5, showSymbol: one.points.length < 25, silent: !!one.isFaint,
          lineStyle: { width: one.isFaint ? 1.4 : 2, type: one.isFaint ? "dashed" : "solid" }, ...(one.isFaint ? { color: "#aab4bd", itemStyle: { color: "#aab4bd" } } : {}),
        })),
      };
    },

    // Counts side by side, from nothing up: {labels, values, x}.
    columns(answer, words) {
      const { labels = [], values = [], x } = answer.rows ?? {};
      if (!values.some((v) => v > 0)) return null;
      return {
        ...frame(words), legend: { show: false }, grid: { left: 8, right: 12, top: 14, bottom: x ? 24 : 6, containLabel: true },
        tooltip: { ...frame(words).tooltip, valueFormatter: (v) => count.format(v) },
        xAxis: axis({ type: "category", data: labels, splitLine: { show: false }, name: x, nameLocation: "middle", nameGap: 28, nameTextStyle: { color: muted } }),
        yAxis: axis({ type: "value", min: 0, minInterval: 1, axisLine: { show: false }, axisLabel: { color: muted, formatter: (v) => count.format(v) } }),
        series: [{ type: "bar", barCategoryGap: "12%", data: values, itemStyle: { color: accent, borderRadius: [3, 3, 0, 0] } }],
      };
    },

    // Ranked bars, the first on top: [{label, value, low, high}].
    ranks(answer, words) {
      const rows = [...(answer.rows ?? [])].reverse();
      if (!rows.length) return null;
      return {
        ...frame(words), legend: { show: false }, grid: { left: 4, right: 26, top: 8, bottom: 6, containLabel: true },
        tooltip: { ...frame(words).tooltip, valueFormatter: (v) => figure.format(v) },
        xAxis: axis({ type: "value", axisLabel: { color: muted, formatter: (v) => figure.format(v) } }),
        yAxis: axis({ type: "category", data: rows.map((r) => r.label), splitLine: { show: false }, axisLabel: { color: ink } }),
        series: [{ type: "bar", barMaxWidth: 16, data: rows.map((r) => ({ value: r.value, itemStyle: { color: r.value < 0 ? grey : accent, borderRadius: 3 } })) }],
      };
    },

    // Streams between places: {nodes: [{id, label, depth, tone}], links: [{source, target, value}]}.
    streams(answer, words) {
      const { nodes = [], links = [] } = answer.rows ?? {};
      if (!links.length) return null;
      const labels = new Map(nodes.map((node) => [node.id, node.label]));
      return {
        ...frame(words), legend: { show: false },
        tooltip: {
          ...frame(words).tooltip, trigger: "item",
          formatter: (p) => p.dataType === "edge" ? `${labels.get(p.data.source)} → ${labels.get(p.data.target)}\n${count.format(p.data.value)}` : `${labels.get(p.name)}\n${count.format(p.value)}`,
        },
        series: [{
          type: "sankey", left: 4, right: 130, top: 8, bottom: 8, nodeWidth: 12, nodeGap: 14, draggable: false, emphasis: { focus: "adjacency" },
          label: { color: ink, fontSize: 12, formatter: (p) => labels.get(p.name) },
          lineStyle: { color: "source", opacity: .26, curveness: .5 },
          data: nodes.map((node) => ({ name: node.id, depth: node.depth, itemStyle: { color: tones[node.tone % tones.length], borderWidth: 0 } })),
          links,
        }],
      };
    },

    // Customers on a plane: {series: [{name, tone, points: [[x, y]], centre: [x, y]}], x: {low, high}, y: {low, high}}.
    map(answer, words) {
      const { series = [], x, y } = answer.rows ?? {};
      if (!series.some((one) => one.points.length)) return null;
      const plain = (end, more) => axis({ type: "value", scale: true, name: `← ${end.low}　　${end.high} →`, nameLocation: "middle", nameTextStyle: { color: muted }, axisLabel: { show: false }, axisLine: { show: false }, ...more });
      return {
        ...frame(words),
        color: tones,
        legend: { ...frame(words).legend, type: "scroll" },
        grid: { left: 30, right: 12, top: 40, bottom: 32 },
        tooltip: { ...frame(words).tooltip, trigger: "item", formatter: (p) => p.seriesName },
        xAxis: plain(x, { nameGap: 12 }),
        yAxis: plain(y, { nameGap: 12 }),
        series: series.map((one) => ({
          name: one.name, type: "scatter", symbolSize: 6, data: one.points, itemStyle: { color: tones[one.tone % tones.length], opacity: .55 },
          markPoint: { silent: true, symbol: "circle", symbolSize: 15, itemStyle: { color: tones[one.tone % tones.length], borderColor: "#fff", borderWidth: 2.5 }, label: { show: false }, data: [{ coord: one.centre }] },
        })),
      };
    },
  };

  async function draw(element) {
    if (element.dataset.drawn || !window.echarts) return;
    element.dataset.drawn = "yes";
    const words = JSON.parse(element.dataset.words || "{}");
    try {
      const answer = element.dataset.rows ? JSON.parse(element.dataset.rows) : await read(element.dataset.source);
      const options = charts[element.dataset.chart](answer, words, element);
      if (!options) return say(element, words.empty);
      const chart = echarts.init(element, null, { renderer: "svg" });
      chart.setOption(options);
      new ResizeObserver(() => chart.resize()).observe(element);
    } catch (trouble) {
      say(element, words.trouble);
    }
  }

  async function read(source) {
    const response = await fetch(source, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  }

  function say(element, text) {
    const box = document.createElement("div");
    box.className = "empty";
    box.textContent = text ?? "";
    element.replaceChildren(box);
  }

  function prepare() {
    document.querySelectorAll("[data-chart]").forEach(draw);
  }

  // Numbers that move while the page is open: each element names its figure.
  async function refresh() {
    const elements = document.querySelectorAll("[data-live]");
    if (!elements.length || document.hidden) return;
    try {
      const figures = await read("/dashboard/live");
      elements.forEach((element) => {
        const text = figures[element.dataset.live];
        if (text !== undefined && element.textContent !== text) element.textContent = text;
      });
      document.querySelectorAll("[data-appears]").forEach((element) => { element.hidden = figures[element.dataset.appears] !== "1"; });
      document.querySelectorAll("[data-vanishes]").forEach((element) => { element.hidden = figures[element.dataset.vanishes] === "1"; });
    } catch { /* the server restarts: the next tick asks again */ }
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy).textContent;
    await navigator.clipboard.writeText(text);
    const before = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = before; }, 1500);
  });

  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.ask;
    if (question && !window.confirm(question)) event.preventDefault();
  });

  // Pages arrive in parts (loading first, content after): draw whatever is new.
  new MutationObserver(prepare).observe(document.body, { childList: true, subtree: true });
  prepare();
  setInterval(refresh, 4000);
})();
