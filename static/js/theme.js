/* Before the first paint: a signed-in page says whose theme it wears, and the device remembers it for the
   sign-in page, which has nobody to ask. */
(() => {
  const root = document.documentElement;
  try {
    if (root.dataset.themeOf === "person") {
      localStorage.setItem("theme", root.dataset.bsTheme || "system");
    } else {
      const theme = localStorage.getItem("theme");
      if (theme === "light" || theme === "dark") root.dataset.bsTheme = theme;
    }
  } catch { /* storage may be shut; the system's theme is right then */ }
})();
