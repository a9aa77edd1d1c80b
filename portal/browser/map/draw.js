// Draws the map of the network: `npm ci && npm run build`. What it writes is committed, so no portal ever runs this.
//
// Shapes: Natural Earth 1:50m (public domain) from world-atlas. Projection: Equal Earth, where areas compare truly. Every country
// and territory of `profiles/countries.py` gets one element whose id is its ISO 3166-1 code: a path, or a dot where a path could
// hardly be seen. Land that has no code of its own is drawn without an id.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

import { geoArea, geoCentroid, geoEqualEarth, geoGraticule, geoPath, geoStream } from "d3-geo";
import codes from "i18n-iso-countries/codes.json" with { type: "json" };
import { feature, mergeArcs } from "topojson-client";
import { presimplify, simplify, sphericalTriangleArea } from "topojson-simplify";

const WIDTH = 1000;
const MARGIN = 1; // room for the line around the sea
const NORTH = 90; // the sheet ends with the world, so that the north of Greenland lies free in its sea
const SOUTH = -60; // Antarctica becomes a dot: its ice would take a fifth of the sheet
const FINEST = 4e-6; // steradians: a corner that spans less is left out
const SMALLEST_PATH = 7; // square units of the sheet; a country that covers less becomes a dot
const SMALLEST_ISLAND = 0.35; // islands of larger countries that cover less are left out
const DOT = 2.4;

// Where the territories are that Natural Earth draws as parts of another country, or leaves out at this scale. [longitude, latitude]
const PARTS = { GF: ["FR", [-54.5, 1.5, -51, 6.5]], SJ: ["NO", [5, 70, 36, 82]] }; // [of, [west, south, east, north]]
const PLACES = {
  AQ: [11, SOUTH], BQ: [-68.27, 12.18], BV: [3.36, -54.42], CC: [96.83, -12.16], CX: [105.63, -10.49], GI: [-5.35, 36.14],
  GP: [-61.55, 16.25], MQ: [-61.02, 14.64], RE: [55.54, -21.12], TK: [-171.86, -9.2], TV: [179.2, -8.52], UM: [166.63, 19.28],
  YT: [45.15, -12.83],
};
// Elsewhere in this portal, the regions of Ukraine are those of ISO 3166-2; the map agrees with them.
const BY_ISO_3166_2 = [{ part: [32.4, 44.2, 36.8, 46.3], from: "RU", to: "UA" }];

const alpha2 = new Map(codes.map(([two, , number]) => [number, two]));
const source = readFileSync(new URL("../../src/guildmark_portal/profiles/countries.py", import.meta.url), "utf8");
const listed = [...source.matchAll(/^ {4}"([A-Z]{2})":/gm)].map((found) => found[1]);
const atlas = createRequire(import.meta.url)("world-atlas/countries-50m.json");
const world = simplify(presimplify(atlas, sphericalTriangleArea), FINEST);

const polygonsOf = (geometry) => (geometry.type === "MultiPolygon" ? geometry.arcs : [geometry.arcs]);
const within = ([west, south, east, north], [x, y]) => west <= x && x <= east && south <= y && y <= north;
const centreOf = (arcs) => geoCentroid(feature(world, { type: "Polygon", arcs }));

function readShapes() {
  const shapes = new Map();
  const unlisted = [];
  for (const geometry of world.objects.countries.geometries) {
    const code = alpha2.get(geometry.id);
    if (code === undefined && geometry.properties.name === "Indian Ocean Ter.") continue; // CC and CX, which are dots
    if (!listed.includes(code)) unlisted.push(polygonsOf(geometry));
    else shapes.set(code, [...(shapes.get(code) ?? []), ...polygonsOf(geometry)]);
  }
  return { shapes, unlisted };
}

function take(shapes, country, box) {
  const isTaken = (arcs) => within(box, centreOf(arcs));
  const taken = shapes.get(country).filter(isTaken);
  if (taken.length === 0) throw new Error(`nothing of ${country} lies within ${box}`);
  shapes.set(country, shapes.get(country).filter((arcs) => !isTaken(arcs)));
  return taken;
}

function rearrange(shapes) {
  for (const [code, [of, box]] of Object.entries(PARTS)) shapes.set(code, take(shapes, of, box));
  for (const { part, from, to } of BY_ISO_3166_2) {
    const whole = [...shapes.get(to), ...take(shapes, from, part)].map((arcs) => ({ type: "Polygon", arcs }));
    shapes.set(to, polygonsOf(mergeArcs(world, whole)));
  }
  for (const code of ["AQ", "UM"]) shapes.delete(code);
}

const projection = geoEqualEarth().rotate([-11, 0]).fitWidth(WIDTH, { type: "Sphere" });
const [[, top]] = geoPath(projection).bounds({ type: "Point", coordinates: [11, NORTH] });
const [, [, bottom]] = geoPath(projection).bounds({ type: "Point", coordinates: [11, SOUTH] });
projection.translate([projection.translate()[0], projection.translate()[1] - top]);
const HEIGHT = Math.round(bottom - top);

// A path whose numbers are tenths of a unit, told as steps from one point to the next.
function draw(geometry, { closed = true } = {}) {
  let path = "";
  let ring = [];
  const end = () => {
    if (ring.length > (closed ? 2 : 1)) path += spell(ring, closed);
    ring = [];
  };
  const sink = {
    point: (x, y) => {
      const at = [Math.round(x * 10), Math.round(y * 10)];
      const last = ring.at(-1);
      if (!last || last[0] !== at[0] || last[1] !== at[1]) ring.push(at);
    },
    lineStart: () => (ring = []),
    lineEnd: end,
    polygonStart: () => {},
    polygonEnd: () => {},
    sphere: () => {},
  };
  geoStream(geometry, projection.stream(sink));
  return path;
}

function spell(points, closed) {
  const [[x0, y0], ...rest] = points;
  let [x, y] = [x0, y0];
  let steps = "";
  for (const [nextX, nextY] of rest) {
    steps += joined(nextX - x) + joined(nextY - y);
    [x, y] = [nextX, nextY];
  }
  return `M${tenths(x0)}${joined(y0)}l${steps.replace(/^ /, "")}${closed ? "z" : ""}`;
}

const tenths = (value) => String(value / 10).replace(/^(-?)0\./, "$1.");
const joined = (value) => (value < 0 ? "" : " ") + tenths(value);

const areaOf = (arcs) => geoPath(projection).area(feature(world, { type: "Polygon", arcs }));
function land(polygons) {
  const largest = Math.max(...polygons.map(areaOf));
  const kept = polygons.filter((arcs) => areaOf(arcs) >= Math.min(SMALLEST_ISLAND, largest));
  return draw(feature(world, { type: "MultiPolygon", arcs: kept }));
}

function dot(code, polygons) {
  const largest = (polygons ?? []).toSorted((one, other) => geoAreaOf(other) - geoAreaOf(one))[0];
  const [x, y] = projection(PLACES[code] ?? centreOf(largest));
  return `<circle id="${code}" cx="${x.toFixed(1)}" cy="${Math.min(y, HEIGHT - DOT - 1).toFixed(1)}" r="${DOT}"/>`;
}
const geoAreaOf = (arcs) => geoArea(feature(world, { type: "Polygon", arcs }));

function sea() {
  const side = (longitude, from, to) => [...Array(40)].map((_, i) => projection([longitude, from + ((to - from) * i) / 39]));
  const outline = [...side(-168.999, SOUTH, NORTH), ...side(190.999, NORTH, SOUTH)];
  return `M${outline.map(([x, y]) => `${x.toFixed(1)} ${Math.max(0, Math.min(HEIGHT, y)).toFixed(1)}`).join("L")}Z`;
}

const { shapes, unlisted } = readShapes();
rearrange(shapes);
const isDot = (code) => !shapes.has(code) || shapes.get(code).reduce((sum, arcs) => sum + areaOf(arcs), 0) < SMALLEST_PATH;
const missing = listed.filter((code) => !shapes.has(code) && !PLACES[code]);
if (missing.length) throw new Error(`nothing is known of ${missing}`);
const graticule = geoGraticule().extent([[-180, SOUTH], [180, NORTH]]).step([30, 30]);

const lines = [
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-MARGIN} ${-MARGIN} ${WIDTH + 2 * MARGIN} ${HEIGHT + 2 * MARGIN}">`,
  "<!-- Made with Natural Earth 1:50m by portal/browser/map. Equal Earth projection. Ids are ISO 3166-1 codes. -->",
  `<path class="sea" d="${sea()}"/>`,
  `<path class="graticule" d="${draw({ type: "MultiLineString", coordinates: graticule.lines().map((line) => line.coordinates) }, { closed: false })}"/>`,
  ...unlisted.map((polygons) => `<path d="${land(polygons)}"/>`),
  ...listed.filter((code) => !isDot(code)).map((code) => `<path id="${code}" d="${land(shapes.get(code))}"/>`),
  ...listed.filter(isDot).map((code) => dot(code, shapes.get(code))),
  "</svg>",
  "",
];
writeFileSync(process.argv[2], lines.join("\n"));
