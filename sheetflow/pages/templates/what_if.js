/* "What if I pay these": sums up what is ticked against the balances typed in. Kept in this tab, sent nowhere. */
globalThis.sheetflowWhatIf = (root) => {
  const KEPT = "sheetflow-what-if";
  const panel = root.querySelector("[data-if]");
  if (!panel) return;
  const picks = [...root.querySelectorAll("input[data-pick]")];
  const monies = [...root.querySelectorAll("[data-money]")];
  const wholes = [...root.querySelectorAll("input[data-whole]")];
  const line = root.querySelector("[data-line]");
  const language = document.documentElement.lang;

  const kept = () => {
    try { return JSON.parse(sessionStorage.getItem(KEPT)) || {}; } catch { return {}; }
  };
  const keep = () => {
    const shown = new Set(picks.map((pick) => pick.dataset.pick));
    const elsewhere = (kept().chosen || []).filter((id) => !shown.has(id)); // another view lists it
    const chosen = [...elsewhere, ...picks.filter((pick) => pick.checked).map((pick) => pick.dataset.pick)];
    const balances = { ...kept().balances };
    for (const money of monies) balances[money.dataset.money] = money.querySelector("input").value;
    try { sessionStorage.setItem(KEPT, JSON.stringify({ chosen, balances })); } catch { /* then until the page is left */ }
  };

  /* Whole kopecks or cents of what somebody typed: null for nothing, undefined for what is no amount. */
  const minor = (text, digits) => {
    const plain = text.replace(/[\s\u00a0\u202f'’]/g, "").replace("\u2212", "-");
    if (plain === "") return null;
    const marks = plain.match(/[.,]/g) || [];
    const last = Math.max(plain.lastIndexOf("."), plain.lastIndexOf(","));
    const after = plain.length - last - 1;
    const decimal = last >= 0 && marks.filter((mark) => mark === plain[last]).length === 1 && after <= digits;
    const whole = (decimal ? plain.slice(0, last) : plain).replace(/[.,]/g, (mark, at, all) => (/^\d{3}(\D|$)/.test(all.slice(at + 1)) ? "" : "?"));
    const cents = decimal ? plain.slice(last + 1) : "";
    if (!/^-?\d{1,15}$/.test(whole) || !/^\d*$/.test(cents)) return undefined;
    return BigInt(whole + cents.padEnd(digits, "0"));
  };
  const show = (amount, currency, digits) => {
    const sign = amount < 0n ? "-" : "";
    const figures = (amount < 0n ? -amount : amount).toString().padStart(digits + 1, "0");
    const text = sign + (digits ? `${figures.slice(0, -digits)}.${figures.slice(-digits)}` : figures);
    const style = { style: "currency", currency, currencyDisplay: root.dataset.display, minimumFractionDigits: digits, maximumFractionDigits: digits };
    return new Intl.NumberFormat(language, style).format(text);
  };

  const sum = () => {
    const told = [root.dataset.chosen.replace("{count}", picks.filter((pick) => pick.checked).length)];
    for (const money of monies) {
      const { money: currency, digits: decimals } = money.dataset;
      const digits = Number(decimals);
      const chosen = picks.filter((pick) => pick.checked && pick.dataset.currency === currency);
      const total = chosen.reduce((all, pick) => all + BigInt(pick.dataset.minor), 0n);
      const field = money.querySelector("input");
      const balance = minor(field.value, digits);
      const row = money.querySelector("[data-rest-row]");
      money.querySelector("[data-sum]").textContent = show(total, currency, digits);
      money.querySelector("[role=alert]").hidden = balance !== undefined;
      if (balance === undefined) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
      let left = "";
      row.hidden = typeof balance !== "bigint";
      if (!row.hidden) {
        const rest = balance - total;
        const word = rest < 0n ? root.dataset.missing : root.dataset.remains;
        row.className = rest < 0n ? "cal-rest-bad" : "cal-rest-good";
        money.querySelector("[data-rest-word]").textContent = word;
        money.querySelector("[data-rest]").textContent = show(rest < 0n ? -rest : rest, currency, digits);
        if (chosen.length) left = ` (${word.toLowerCase()} ${show(rest < 0n ? -rest : rest, currency, digits)})`;
      }
      if (chosen.length) told.push(show(total, currency, digits) + left);
    }
    line.textContent = told.join(" · ");
    line.classList.toggle("cal-late", Boolean(root.querySelector(".cal-rest-bad:not([hidden])")));
    for (const whole of wholes) {
      const own = [...whole.closest("section").querySelectorAll("input[data-pick]")];
      const count = own.filter((pick) => pick.checked).length;
      whole.checked = count > 0 && count === own.length;
      whole.indeterminate = count > 0 && count < own.length;
    }
  };

  const before = kept();
  for (const pick of picks) {
    pick.hidden = false;
    pick.checked = (before.chosen || []).includes(pick.dataset.pick);
  }
  for (const money of monies) money.querySelector("input").value = (before.balances || {})[money.dataset.money] || "";
  for (const whole of wholes) {
    whole.closest("label").hidden = whole.closest("section").querySelectorAll("input[data-pick]").length < 2;
  }
  for (const button of root.querySelectorAll("button[data-choose]")) {
    button.addEventListener("click", () => {
      for (const pick of picks) pick.checked = button.dataset.choose === "decided" && "decided" in pick.dataset;
      keep();
      sum();
    });
  }
  root.addEventListener("input", ({ target }) => { /* checkboxes have it too, before "change" */
    if ("whole" in target.dataset) {
      for (const pick of target.closest("section").querySelectorAll("input[data-pick]")) pick.checked = target.checked;
    }
    keep();
    sum();
  });
  root.classList.add("cal-on");
  panel.open = matchMedia("(min-width: 60rem)").matches;
  panel.hidden = false;
  sum();
};
for (const root of document.querySelectorAll("[data-calendar]")) globalThis.sheetflowWhatIf(root);
