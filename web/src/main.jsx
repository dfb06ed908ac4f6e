// SPDX-License-Identifier: Apache-2.0
// The page of a bank behind the service.
import { render } from "preact";
import { Page } from "./page.jsx";

render(<Page />, document.getElementById("app"));
