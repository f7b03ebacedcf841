/** Headquarters' words about orders, sheets, sales and keys, in English. */
export const salesEn = {
  open: (order: string) => `Open order ${order}`,
  close: "Close",
  buyer: "Buyer",
  note: "Note",
  refunded: "Refunded",
  payment: "Payment",
  paymentStates: { pending: "waiting", paid: "paid", failed: "failed", expired: "expired", refunded: "refunded" },
  ship: "Goods left",
  tracking: "Carrier's number",
  receive: "Goods arrived",
  cancelOrder: "Cancel the order",
  refund: "Refund",
  refundAmount: "Amount; empty for all that is left",
  reason: "Reason",
  restock: "Goods are back in stock",
  exportOrders: "Orders as CSV",
  exportGoods: "Products as CSV",
  importGoods: "Import products from CSV",
  sheetHint: "Columns: product, description, image_url, sku, price, stock, per_buyer_max. A row for each kind.",
  sheetRead: (products: number, skus: number) => `${products} products with ${skus} kinds. Nothing is imported yet.`,
  sheetDone: (products: number) => `${products} products imported.`,
  sheetWrong: (line: number, column: string) => (column === "" ? `Line ${line}` : `Line ${line}, ${column}`),
  sheetApply: "Import all",
};

export type SalesText = typeof salesEn;
