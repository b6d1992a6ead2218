// Where selected words stand in a text: {paragraph, start, end, sentence, words}, counted in code points.

const count = (text) => Array.from(text).length;

// How many code points of a paragraph stand before a point in it.
function before(paragraph, node, offset) {
  const range = document.createRange();
  range.setStart(paragraph, 0);
  range.setEnd(node, offset);
  return count(range.toString());
}

const paragraphOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest("[data-paragraph]");

// The selection in a text; nothing where it is empty or elsewhere, and {several: true} over more than one paragraph.
export function selected(text) {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!text.contains(range.commonAncestorContainer)) return null;
  const paragraph = paragraphOf(range.startContainer);
  if (!paragraph || paragraph !== paragraphOf(range.endContainer)) return { several: true, range };
  const whole = range.toString();
  const words = whole.trim();
  if (!words) return null;
  const start = before(paragraph, range.startContainer, range.startOffset) + count(whole) - count(whole.trimStart());
  return { paragraph: paragraph.dataset.paragraph, start, end: start + count(words), words, range };
}
