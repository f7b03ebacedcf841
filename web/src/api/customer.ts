import { ask } from "./problem.ts";
import type { Contact } from "./types.ts";

/** The shapes of signaling/api/models_customers.py. Addresses in lists are masked. */
export interface Address extends Contact {
  address_id: string;
  default: boolean;
}

export interface Customer {
  customer: string;
  phone: string;
  addresses: Address[];
}

/** `login`: whether codes can be sent here at all. */
export interface CustomerHere {
  login: boolean;
  customer: Customer | null;
}

export interface CartCut {
  room: string;
  sku: string;
  name: string;
  wanted: number;
  kept: number;
}

export interface AddressPut extends Contact {
  default: boolean;
}

/** The viewer as a customer of the room's merchant. Each throws `Problem`. */
export class CustomerApi {
  constructor(private readonly room: string) {}

  here(): Promise<CustomerHere> {
    return ask(this.url("/customer"));
  }

  askCode(phone: string): Promise<{ expires_in_seconds: number; again_in_seconds: number }> {
    return ask(this.url("/login/code"), { method: "POST", body: { phone } });
  }

  logIn(phone: string, code: string): Promise<{ customer: Customer; cut: CartCut[] }> {
    return ask(this.url("/login"), { method: "POST", body: { phone, code } });
  }

  logOut(): Promise<void> {
    return ask(this.url("/logout"), { method: "POST", body: {} });
  }

  address(id: string): Promise<Address> {
    return ask(this.url(`/addresses/${id}`));
  }

  putAddress(id: string | null, address: AddressPut): Promise<Address> {
    if (id === null) return ask(this.url("/addresses"), { method: "POST", body: address });
    return ask(this.url(`/addresses/${id}`), { method: "PUT", body: address });
  }

  removeAddress(id: string): Promise<void> {
    return ask(this.url(`/addresses/${id}`), { method: "DELETE" });
  }

  private url(rest: string): string {
    return `/api/v1/rooms/${this.room}${rest}`;
  }
}
