// SPDX-License-Identifier: Apache-2.0
// Log in to a pack with its password, and the orders that a role may give.
import { useState } from "preact/hooks";
import { order } from "./live.js";

export const may = (role, access) => role === "installer" || (role === "user" && access === "user");

function Contacts({ act, disabled }) {
  return (
    <div class="remote">
      {["Contact 1", "Contact 2", "Buzzer"].map((name, index) => (
        <span>
          {name}
          <button disabled={disabled} onClick={() => act("contact", { index, value: 1 })}>
            on
          </button>
          <button disabled={disabled} onClick={() => act("contact", { index, value: 0 })}>
            off
          </button>
        </span>
      ))}
    </div>
  );
}

export function Login({ pack }) {
  const [problem, setProblem] = useState(null);
  const act = async (word, members) => setProblem(await order(pack.pack, word, members));
  const submit = (event) => {
    event.preventDefault();
    const field = event.target.elements.password;
    act("login", { password: field.value });
    field.value = "";
  };
  const delivered = pack.values.alarms?.includes("password_not_changed");
  return (
    <form class="login" onSubmit={submit}>
      {pack.role === "none" ? (
        <>
          <input name="password" type="password" placeholder="Password of the pack" autocomplete="off" data-test="password" />
          <button class="main" data-test="login">
            Log in
          </button>
          {delivered && (
            <p class="quiet">As delivered: 1234 for the user, 666666 for the installer. Change one and this hint is gone.</p>
          )}
        </>
      ) : (
        <>
          <span>
            Logged in as <b data-test="role">{pack.role}</b>
          </span>
          <button type="button" onClick={() => act("logout")}>
            Log out
          </button>
        </>
      )}
      {problem && (
        <p class="why" role="alert" data-test="login-problem">
          {problem}
        </p>
      )}
    </form>
  );
}

export function Orders({ pack }) {
  const [problem, setProblem] = useState(null);
  const act = async (word, members) => setProblem(await order(pack.pack, word, members));
  const user = !may(pack.role, "user");
  const emergency = (pack.values.emergency_left_s ?? 0) > 0;
  return (
    <fieldset class="orders">
      <legend>Orders</legend>
      <div>
        <button disabled={user} onClick={() => act("emergency", { value: emergency ? 0 : 1 })} data-test="order-emergency">
          {emergency ? "End emergency" : "Emergency"}
        </button>
        <button disabled={user} onClick={() => act("shut_down")} data-test="order-shut-down">
          Shut down
        </button>
        <button disabled={!may(pack.role, "installer")} onClick={() => act("release")} data-test="order-release">
          Release protections
        </button>
      </div>
      <Contacts act={act} disabled={user} />
      <p class="quiet">A contact obeys while its source is remote control; releasing is for the installer.</p>
      {problem && (
        <p class="why" role="alert" data-test="order-problem">
          {problem}
        </p>
      )}
    </fieldset>
  );
}
