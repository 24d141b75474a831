// The tasks of links.py: finding the pages of a folder, and the links of a page that lead nowhere.

import { readFile, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { serve } from "./foretell.mjs";

const LINK = /\]\(([^)\s#]+)(#[^)]*)?\)/g;

async function find_pages({ folder }, trial) {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".md")).sort();
  const pages = names.map((name) => join(folder, name));
  return trial.growAll("broken_links", pages.map((page) => ({ page })));
}

async function broken_links({ page }, trial) {
  const links = [...(await readFile(page, "utf8")).matchAll(LINK)].map((found) => found[1]);
  const broken = [];
  for (const [i, link] of links.entries()) {
    trial.progress(i + 1, links.length, link);
    if (/^[a-z]+:/.test(link)) continue; // another site's affair
    const there = await stat(join(dirname(page), link)).then(() => true, () => false);
    if (!there) broken.push(`${page}: ${link}`);
  }
  return broken;
}

await serve({ find_pages, broken_links });
