/** Who the user is: one of the demo's people, or an account of a wallet. */
import { type ReactNode, useState } from "react";
import { titleOf } from "../clauses.ts";
import { useLanguage } from "../language/index.tsx";
import { short } from "../names.ts";
import { roleOf } from "../roles.ts";
import { useSession } from "../session.tsx";
import { useWallets } from "../wallets.ts";
import { Dialog, PlainButton } from "./basics.tsx";
import { Problem } from "./problem.tsx";

/** Who acts: one of the demo's people, or an account of a wallet. */
export function AccountMenu(): ReactNode {
  const { words } = useLanguage();
  const { account, demo } = useSession();
  const [isOpen, setIsOpen] = useState(false);
  const person = demo?.people.find(({ address }) => address === account?.address);
  return (
    <>
      <PlainButton onPress={() => setIsOpen(true)}>
        {account === undefined ? words.connect : (person?.name ?? short(account.address))}
      </PlainButton>
      <Dialog title={words.whoAreYou} isOpen={isOpen} onClose={() => setIsOpen(false)}>
        <WhoAreYou onChosen={() => setIsOpen(false)} />
      </Dialog>
    </>
  );
}

/** Everybody whom the user can be here. */
export function WhoAreYou({ onChosen }: { readonly onChosen?: () => void }): ReactNode {
  const { words } = useLanguage();
  const { account, demo, network, chooseDemo, connectWallet, disconnect } = useSession();
  const wallets = useWallets();
  const [error, setError] = useState<unknown>();
  return (
    <div>
      {account !== undefined && (
        <p className="me">
          <code className="address">{account.address}</code>
          <PlainButton
            onPress={() => {
              disconnect();
              onChosen?.();
            }}
          >
            {words.disconnect}
          </PlainButton>
        </p>
      )}
      {demo !== undefined && (
        <>
          <p className="quiet">{words.demoPeople}</p>
          <ul className="people">
            {demo.people.map(({ name, about, address }) => (
              <li key={address}>
                <PlainButton
                  aria-pressed={address === account?.address}
                  onPress={() => {
                    chooseDemo(address);
                    onChosen?.();
                  }}
                >
                  <strong>{name}</strong>{" "}
                  <span className="quiet" lang="en">
                    {about}
                  </span>
                  {demo.shares.map(({ agreement }) => {
                    const role = roleOf(agreement, address);
                    return (
                      role !== undefined && (
                        <span key={agreement.id} className="quiet">
                          {words.role[role]}: <span lang="en">{titleOf(agreement)}</span>
                        </span>
                      )
                    );
                  })}
                </PlainButton>
              </li>
            ))}
          </ul>
        </>
      )}
      {wallets.length === 0 && !network.isDemo && <p>{words.noWallet}</p>}
      <ul className="people">
        {wallets.map((wallet) => (
          <li key={wallet.info.uuid}>
            <PlainButton onPress={() => void connectWallet(wallet).then(onChosen, setError)}>
              {wallet.info.name} <span className="quiet">{wallet.info.rdns}</span>
            </PlainButton>
          </li>
        ))}
      </ul>
      {error !== undefined && <Problem error={error} />}
    </div>
  );
}

/** In the demo, where one is everybody in turn: a button to be the one whose turn it is. */
export function GoOnAs({ account }: { readonly account: string }): ReactNode {
  const { words } = useLanguage();
  const { demo, account: own, chooseDemo } = useSession();
  const person = demo?.people.find(({ address }) => address === account);
  if (person === undefined || account === own?.address) return null;
  return <PlainButton onPress={() => chooseDemo(account)}>{words.goOnAs(person.name)}</PlainButton>;
}
