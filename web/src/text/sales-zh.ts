import type { SalesText } from "./sales-en.ts";

/** Headquarters' words about orders, sheets, sales and keys, in Chinese. */
export const salesZh: SalesText = {
  open: (order) => `打开订单 ${order}`,
  close: "关闭",
  buyer: "买家",
  note: "备注",
  refunded: "已退款",
  payment: "支付",
  paymentStates: { pending: "待支付", paid: "已支付", failed: "失败", expired: "已过期", refunded: "已退款" },
  ship: "发货",
  tracking: "物流单号",
  receive: "确认收货",
  cancelOrder: "取消订单",
  refund: "退款",
  refundAmount: "退款金额，不填则全额退款",
  reason: "原因",
  restock: "商品退回库存",
  exportOrders: "导出订单 CSV",
  exportGoods: "导出商品 CSV",
  importGoods: "从 CSV 导入商品",
  sheetHint: "列：product, description, image_url, sku, price, stock, per_buyer_max，每个规格一行。",
  sheetRead: (products, skus) => `共 ${products} 个商品、${skus} 个规格，尚未导入。`,
  sheetDone: (products) => `已导入 ${products} 个商品。`,
  sheetWrong: (line, column) => (column === "" ? `第 ${line} 行` : `第 ${line} 行，${column}`),
  sheetApply: "全部导入",
};
