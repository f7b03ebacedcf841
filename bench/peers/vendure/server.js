// A Vendure shop with one product, on SQLite with every commit on the disk: `node server.js FOLDER`. Prints its port.
const crypto = require("crypto");
const fs = require("fs");
const net = require("net");
const path = require("path");
const { bootstrap, DefaultLogger, LogLevel, dummyPaymentHandler } = require("@vendure/core");
const { populate } = require("@vendure/core/cli");

const folder = process.argv[2];
const COLUMNS = [
  ["name", "Tea"], ["slug", "tea"], ["description", "Tea"], ["assets", ""], ["facets", ""], ["optionGroups", ""],
  ["optionValues", ""], ["sku", "TEA"], ["price", "99.00"], ["taxCategory", "Standard"], ["stockOnHand", "5000000"],
  ["trackInventory", "true"], ["variantAssets", ""], ["variantFacets", ""],
];
const DATA = {
  defaultLanguage: "en",
  countries: [{ name: "China", code: "CN", zone: "Asia" }],
  defaultZone: "Asia",
  taxRates: [{ name: "Standard", percentage: 0 }],
  shippingMethods: [{ name: "Standard", price: 0 }],
  paymentMethods: [
    { name: "Standard", handler: { code: dummyPaymentHandler.code, arguments: [{ name: "automaticSettle", value: "false" }] } },
  ],
  collections: [],
};

function durable(database) {
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
}

async function main(port) {
  const config = {
    apiOptions: { hostname: "127.0.0.1", port, shopApiPath: "shop-api", adminApiPath: "admin-api" },
    // in production it does not start with its default password
    authOptions: { tokenMethod: ["bearer"], superadminCredentials: { identifier: "bench", password: crypto.randomUUID() } },
    dbConnectionOptions: {
      type: "better-sqlite3", database: path.join(folder, "shop.sqlite"), synchronize: true, prepareDatabase: durable,
    },
    logger: new DefaultLogger({ level: LogLevel.Error }),
    paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  };
  const products = path.join(folder, "products.csv");
  fs.writeFileSync(products, [0, 1].map((at) => COLUMNS.map((column) => column[at]).join(",")).join("\n") + "\n");
  await populate(() => bootstrap(config), DATA, products);
  console.log(`listening ${port}`);
}

const free = net.createServer().listen(0, "127.0.0.1", () => {
  const { port } = free.address();
  free.close(() => main(port).catch((error) => { console.error(error); process.exit(1); }));
});
