// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICourtArbiter} from "../../../contracts/interfaces/ICourtArbiter.sol";
import {KlerosBase} from "./KlerosBase.sol";

contract KlerosCaseOfTest is KlerosBase {
    function test_Given_NoCase() public {
        _bringOpen(client);
        _assertCase(0, address(0), ICourtArbiter.Stage.None, 0);
        _assertCase(8, address(0), ICourtArbiter.Stage.None, 0);
    }

    function test_Given_ACase() public {
        _assertCase(_bringOpen(client), client, ICourtArbiter.Stage.Open, 0);
    }

    function test_Given_TheCourtRuled() public {
        _assertCase(_bringRuled(3), freelancer, ICourtArbiter.Stage.Ruled, 3);
    }

    function test_Given_TheRulingIsCarriedOut() public {
        uint256 disputeId = _bringRuled(2);
        _execute();
        _assertCase(disputeId, freelancer, ICourtArbiter.Stage.Executed, 2);
    }
}
