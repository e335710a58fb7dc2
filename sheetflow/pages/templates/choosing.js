for (const form of document.querySelectorAll("form[data-choosing]")) {
  const rows = [...form.querySelectorAll("input[data-amount]")];
  const told = form.querySelector("[data-chosen]");
  const all = form.querySelector("[data-all]");
  const show = (amount, currency) => new Intl.NumberFormat(document.documentElement.lang,
    { style: "currency", currency, currencyDisplay: form.dataset.display }).format(amount);
  const sum = () => {
    const totals = new Map();
    for (const row of rows) {
      if (row.checked) {
        totals.set(row.dataset.currency, (totals.get(row.dataset.currency) || 0) + Number(row.dataset.amount));
      }
    }
    const count = rows.filter((row) => row.checked).length;
    const sums = [...totals].map(([currency, amount]) => show(amount / 100, currency));
    told.textContent = [form.dataset.words.replace("{count}", count), ...sums].join(" · ");
    if (all) { all.checked = count === rows.length; all.indeterminate = count > 0 && count < rows.length; }
  };
  form.querySelector("[data-sum]").hidden = true;
  if (all) {
    all.closest("[hidden]").hidden = false;
    all.addEventListener("change", () => { for (const row of rows) { row.checked = all.checked; } sum(); });
  }
  form.addEventListener("change", sum);
  sum();
}
