// Sets the theme before the first paint; src/preferences/theme.ts takes over from there.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem("akbuzat.theme");
  } catch {
    // Storage may be forbidden; then the system's theme it is.
  }
  var dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
