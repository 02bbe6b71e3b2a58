"use strict";
(() => {
  // What is chosen is an attribute of the page, which the style sheet shows and hides by.
  for (const input of document.querySelectorAll(".switch input")) {
    const choose = () => { if (input.checked) document.body.dataset[input.name] = input.value; };
    input.addEventListener("change", choose);
    choose();  // a browser may remember what was chosen
  }
  // A table that is wider than the screen says so.
  const mark = () => {
    for (const box of document.querySelectorAll(".scroll")) box.classList.toggle("wider", box.scrollWidth > box.clientWidth + 1);
  };
  addEventListener("resize", mark);
  mark();
})();
