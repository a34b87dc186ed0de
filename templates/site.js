// Loads what makes a page better than its HTML, each part only when it comes into view. Without this file nothing is lost.
//
// An element says by data-enhance which module makes it better, relative to the page. The module's default export gets
// the element. What else a module needs stands in further data attributes of the element.

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    enhance(target);
  }
}, { rootMargin: "200px" });

async function enhance(element) {
  try {
    const module = await import(new URL(element.dataset.enhance, document.baseURI).href);
    await module.default(element);
    element.dataset.enhanced = "true";
  } catch (error) {
    element.dataset.enhanced = "failed";
    console.warn("This part of the page stays as it is:", error);
  }
}

for (const element of document.querySelectorAll("[data-enhance]")) seen.observe(element);
